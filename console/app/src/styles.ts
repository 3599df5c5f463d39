// Radix Themes with only those colors that the console uses: `styles.test.ts` compares them.
import '@radix-ui/themes/tokens/base.css';
import '@radix-ui/themes/tokens/colors/amber.css';
import '@radix-ui/themes/tokens/colors/blue.css';
import '@radix-ui/themes/tokens/colors/cyan.css';
import '@radix-ui/themes/tokens/colors/gray.css';
import '@radix-ui/themes/tokens/colors/green.css';
import '@radix-ui/themes/tokens/colors/indigo.css';
import '@radix-ui/themes/tokens/colors/red.css';
import '@radix-ui/themes/tokens/colors/slate.css';
import '@radix-ui/themes/tokens/colors/violet.css';
import '@radix-ui/themes/components.css';
import '@radix-ui/themes/utilities.css';
import './page.css';

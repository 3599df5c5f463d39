import { Code } from '@radix-ui/themes';

import { CopyButton } from '../ui/CopyButton';

/** A command or a log. It runs from left to right in every language. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className="command">
      <pre tabIndex={0} dir="ltr">
        <Code>{text}</Code>
      </pre>
      <CopyButton text={text} label={label} />
    </div>
  );
}

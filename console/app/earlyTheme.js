import { readFileSync } from 'node:fs';

const NAME = 'earlyTheme.js';

/**
 * Puts `src/shell/earlyTheme.js` into the head of the page as a script of its own. It runs before
 * anything is drawn; a module would run after that.
 */
export const earlyTheme = () => ({
  name: 'early-theme',
  apply: 'build',
  buildStart() {
    const source = readFileSync(new URL(`src/shell/${NAME}`, import.meta.url), 'utf8');
    this.emitFile({ type: 'asset', name: NAME, source });
  },
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      // As `renderBuiltUrl` does it for the other files.
      const file = Object.values(bundle).find(({ names }) => names?.includes(NAME));
      return [{ tag: 'script', attrs: { src: `/BASE_PATH/${file.fileName}` }, injectTo: 'head' }];
    },
  },
});

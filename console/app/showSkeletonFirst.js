const STYLESHEET = /\s*<link rel="stylesheet"[^>]*>/g;

/**
 * A plugin of Vite that puts the stylesheets behind the body's content: a browser then shows the
 * skeleton of the page before it has them. Scripts of modules wait for stylesheets in any case.
 */
export function showSkeletonFirst() {
  return {
    name: 'show-skeleton-first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html) => {
        const links = html.match(STYLESHEET) ?? [];
        return html.replaceAll(STYLESHEET, '').replace('</body>', `${links.join('')}\n  </body>`);
      },
    },
  };
}

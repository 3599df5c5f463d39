import { startTransition, useEffect, useState } from 'react';

import { GrowingText, type RenderedText } from './growingText';
import { type Blocks, markdownRenderer } from './markdownRenderer';

/**
 * The blocks of a text; null while they are not known, and where the text is shown as it is. A text
 * that has grown shows its last blocks until the new ones are there.
 */
export function useMarkdown(text: string): Blocks {
  const [growing] = useState(() => new GrowingText(markdownRenderer));
  const [rendered, setRendered] = useState<RenderedText | null>(null);
  useEffect(
    // The page stays usable while React draws many elements.
    () => growing.subscribe((next) => startTransition(() => setRendered(next))),
    [growing],
  );
  useEffect(() => growing.update(text), [growing, text]);
  if (rendered && text.startsWith(rendered.text)) return rendered.blocks;
  return markdownRenderer.cached(text) ?? null;
}

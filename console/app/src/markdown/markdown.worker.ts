import { parseMarkdown } from './parseMarkdown';
import type { ParseReply, ParseRequest } from './markdownRenderer';

// The first message says that the parser is loaded.
self.postMessage(null);

self.onmessage = ({ data }: MessageEvent<ParseRequest>) => {
  self.postMessage({ id: data.id, blocks: tryToParse(data.text) } satisfies ParseReply);
};

/** Null also for a text that the parser fails on: the next one needs no new worker. */
function tryToParse(text: string): string[] | null {
  try {
    return parseMarkdown(text);
  } catch {
    return null;
  }
}

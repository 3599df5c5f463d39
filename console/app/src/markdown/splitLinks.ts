import { isSafeUrl } from './isSafeUrl';

export type TextPart = string | { href: string };

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/gi;
/** Signs that belong to the sentence around an address when they are at its end. */
const SENTENCE_SIGNS = '.,;:!?)]}';
/** With more, the text stays as it is: the page would be slow. */
const MAX_LINKS = 500;

/** The addresses of pages in a text that is shown as it is typed, and what is between them. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const href = trimSentenceSigns(found);
    if (!isSafeUrl(href)) continue;
    if (parts.length >= 2 * MAX_LINKS) return [text];
    if (index > end) parts.push(text.slice(end, index));
    parts.push({ href });
    end = index + href.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

function trimSentenceSigns(address: string): string {
  let end = address.length;
  while (end > 0 && SENTENCE_SIGNS.includes(address.charAt(end - 1))) end -= 1;
  return address.slice(0, end);
}

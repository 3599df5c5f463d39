import { MAX_PLAIN_CHARACTERS } from './limits';

/** A part of a text: as typed, or what stands between two fences. */
export interface TypedPart {
  isCode: boolean;
  text: string;
}

/** With more, the text stays as it is: the page would be slow. */
const MAX_PARTS = 100;

/**
 * The fenced blocks of a text that somebody has typed, such as a log, and what is around them. All
 * else stays as it is typed.
 */
export function splitFences(text: string): TypedPart[] {
  if (text.length > MAX_PLAIN_CHARACTERS) return [{ isCode: false, text }];
  const parts: TypedPart[] = [];
  let lines: string[] = [];
  let fence: string | null = null;
  const close = (isCode: boolean) => {
    const part = lines.join('\n');
    if (isCode || part.trim() !== '') parts.push({ isCode, text: isCode ? part : trimLines(part) });
    lines = [];
  };
  for (const line of text.split('\n')) {
    const found: string | undefined = /^(`{3,})[\w-]*\s*$/.exec(line)?.[1];
    if (fence === null && found) {
      close(false);
      fence = found;
    } else if (fence !== null && found && found.length >= fence.length && line.trim() === found) {
      close(true);
      fence = null;
    } else lines.push(line);
  }
  // A fence that is not closed is no fence.
  if (fence !== null || parts.length > MAX_PARTS) return [{ isCode: false, text }];
  close(false);
  return parts;
}

/** The text without the empty lines between it and a block. */
function trimLines(text: string): string {
  return text.replace(/^\n+/, '').trimEnd();
}

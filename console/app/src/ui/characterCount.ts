const SHOWN_FROM = 0.9;

/** The length as the server counts it: an emoji is one character. */
export function countCharacters(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    // The second half of a pair that is one character.
    if (isTrailing(text.charCodeAt(index)) && isLeading(text.charCodeAt(index - 1))) continue;
    count += 1;
  }
  return count;
}

const isLeading = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isTrailing = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** How much room a text has left. No words while there is plenty. */
export function describeLength(text: string, max: number): { words: string; isTooLong: boolean } {
  if (text.length < max * SHOWN_FROM) return { words: '', isTooLong: false };
  const left = max - countCharacters(text.trim());
  const number = Math.abs(left).toLocaleString('en');
  const noun = Math.abs(left) === 1 ? 'character' : 'characters';
  if (left < 0) return { words: `${number} ${noun} too many`, isTooLong: true };
  const isShown = left <= max - max * SHOWN_FROM;
  return { words: isShown ? `${number} ${noun} left` : '', isTooLong: false };
}

export function isTooLong(text: string, max: number): boolean {
  return describeLength(text, max).isTooLong;
}

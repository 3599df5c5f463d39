/** `fetch` raises this when nobody answers. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError;
}

export function sentenceOf(error: unknown): string {
  if (isUnreachable(error)) return 'The server cannot be reached.';
  return error instanceof Error ? error.message : String(error);
}

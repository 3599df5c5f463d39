/** `TICKET_NOTES` as people write it. */
export function sentenceCase(name: string): string {
  const words = name.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** For the end of a switch that knows every case. */
export function assertNever(value: never): never {
  throw new Error(`Unknown: ${JSON.stringify(value)}`);
}

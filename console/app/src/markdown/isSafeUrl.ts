const SAFE_PROTOCOLS = ['http:', 'https:', 'mailto:', 'tel:'];

/** Whether a link leads to a page or to an address for messages. */
export function isSafeUrl(url: string): boolean {
  try {
    return SAFE_PROTOCOLS.includes(new URL(url, 'https://relative.invalid').protocol);
  } catch {
    return false;
  }
}

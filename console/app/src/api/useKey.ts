import { useRef } from 'react';

/**
 * A key for the same request that stays until it has succeeded, so that one whose answer is lost
 * can be sent again and is done once.
 */
export function useKey() {
  const kept = useRef<{ request: string; key: string } | null>(null);

  function keyFor(request: unknown): string {
    const asked = JSON.stringify(request);
    if (kept.current?.request !== asked) kept.current = { request: asked, key: newKey() };
    return kept.current.key;
  }

  function succeeded() {
    kept.current = null;
  }

  return { keyFor, succeeded };
}

/** `crypto.randomUUID` is there for secure pages alone. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

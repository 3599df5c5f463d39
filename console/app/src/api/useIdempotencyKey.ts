import { persistedItem } from '../ui/persistedState';

type Keyed<Request> = Request & { idempotencyKey: string };

/**
 * Keeps a request with its key until it is known what has become of it. The same one sent again is
 * then done once, also from a page that has been reloaded meanwhile.
 */
export function useIdempotencyKey<Request extends object>(name: string) {
  const place = persistedItem(`request.${name}`);

  /** `subject` is what matters to whoever asks; the rest is taken from the first time. */
  function keyed(request: Request, subject: (request: Request) => unknown): Keyed<Request> {
    const kept = place.get();
    const before = kept === null ? null : (JSON.parse(kept) as Keyed<Request>);
    const same = (one: Request) => JSON.stringify(subject(one));
    if (before && same(before) === same(request)) return before;
    const now = { ...request, idempotencyKey: createIdempotencyKey() };
    place.set(JSON.stringify(now));
    return now;
  }

  /** `known` is for when it is done, or refused: the next one is another. */
  return { keyed, known: place.clear };
}

/** `crypto.randomUUID` is there for secure pages alone. */
function createIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

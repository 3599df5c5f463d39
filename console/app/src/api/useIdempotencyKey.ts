import { persistedItem } from '../ui/persistedState';

type Keyed<Input> = Input & { idempotencyKey: string };

/**
 * Keeps the input of a mutation with its idempotency key until its outcome is known. A retry sends
 * the same key, also after a reload of the page, so the server executes the mutation once.
 */
export function useIdempotencyKey<Input extends object>(name: string) {
  const item = persistedItem(`request.${name}`);

  /**
   * Returns the stored input with its key if it has the same identity, else this input with a new
   * key. `identify` selects the values that make two inputs the same request.
   */
  function withKey(input: Input, identify: (input: Input) => unknown): Keyed<Input> {
    const text = item.get();
    const stored = text === null ? null : (JSON.parse(text) as Keyed<Input>);
    const serialize = (one: Input) => JSON.stringify(identify(one));
    if (stored && serialize(stored) === serialize(input)) return stored;
    const keyed = { ...input, idempotencyKey: createIdempotencyKey() };
    item.set(JSON.stringify(keyed));
    return keyed;
  }

  /** `forgetKey` is for a known outcome, success or refusal: the next input is a new request. */
  return { withKey, forgetKey: item.clear };
}

/** Browsers offer `crypto.randomUUID` on secure pages only. */
function createIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

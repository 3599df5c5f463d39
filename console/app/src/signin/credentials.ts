import { Store } from '../ui/store';

const KEY = 'unified-sessions.credential';

/** The server's reason for not letting somebody in; null while it has none. */
export const refusal = new Store<string | null>(null);

/** Kept for this tab alone, and gone with it. */
export const credential = new Store<string | null>(sessionStorage.getItem(KEY));

export function saveCredential(value: string | null) {
  if (value === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, value);
  credential.set(value);
}

export function buildAuthorizationHeaders(): Record<string, string> {
  const value = credential.get();
  return value === null ? {} : { Authorization: `Bearer ${value}` };
}

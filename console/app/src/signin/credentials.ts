import { createStore } from 'zustand';

const STORAGE_KEY = 'unified-sessions.credential';

interface AuthState {
  credential: string | null;
  /** Why the user has to sign in; null while the server accepts the requests. */
  signInReason: string | null;
}

/** The credential lives in this tab only and ends with it. */
export const authStore = createStore<AuthState>()(() => ({
  credential: sessionStorage.getItem(STORAGE_KEY),
  signInReason: null,
}));

/** What was pasted: a header, a line of a settings file or a quoted value has the credential in it. */
export function parseCredential(pasted: string): string {
  return pasted
    .trim()
    .replace(/^authorization\s*:\s*/i, '')
    .replace(/^(["'])(.*)\1$/s, '$2')
    .replace(/^bearer(?:\s+|$)/i, '')
    .replace(/\s+/g, '');
}

export function saveCredential(credential: string | null) {
  if (credential === null) sessionStorage.removeItem(STORAGE_KEY);
  else sessionStorage.setItem(STORAGE_KEY, credential);
  authStore.setState({ credential });
}

export function buildAuthorizationHeaders(): Record<string, string> {
  const { credential } = authStore.getState();
  return credential === null ? {} : { Authorization: `Bearer ${credential}` };
}

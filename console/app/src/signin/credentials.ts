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

export function saveCredential(credential: string | null) {
  if (credential === null) sessionStorage.removeItem(STORAGE_KEY);
  else sessionStorage.setItem(STORAGE_KEY, credential);
  authStore.setState({ credential });
}

export function buildAuthorizationHeaders(): Record<string, string> {
  const { credential } = authStore.getState();
  return credential === null ? {} : { Authorization: `Bearer ${credential}` };
}

/** Where the console keeps what its user has signed in with, in this tab. */
const STORAGE_KEY = 'unified-sessions.credential';

/** The headers of the editor. Whoever has signed in at the console is signed in here, too. */
export function addSignIn(headers = {}) {
  const credential = sessionStorage.getItem(STORAGE_KEY);
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  if (credential === null || isGiven) return headers;
  return { ...headers, Authorization: `Bearer ${credential}` };
}

import { useState } from 'react';

const PREFIX = 'unified-sessions.draft.';

/**
 * What is typed and not sent yet, else what was there to begin with. It outlives a reload, and the
 * page it is typed on.
 */
export function useDraft(key: string, initial = '') {
  const name = PREFIX + key;
  const [draft, setDraft] = useState(() => sessionStorage.getItem(name));

  function type(text: string) {
    setDraft(text);
    sessionStorage.setItem(name, text);
  }

  function clear() {
    setDraft(null);
    sessionStorage.removeItem(name);
  }

  /** Unless more has been typed meanwhile. Tells whether it was all. */
  function sent(text: string): boolean {
    const isAll = (sessionStorage.getItem(name) ?? initial).trim() === text.trim();
    if (isAll) clear();
    return isAll;
  }

  return { text: draft ?? initial, type, clear, sent };
}

/** For somebody else at the same tab. */
export function forgetDrafts() {
  Object.keys(sessionStorage)
    .filter((name) => name.startsWith(PREFIX))
    .forEach((name) => sessionStorage.removeItem(name));
}

import { useState } from 'react';

import { persistedItem } from './persistedState';

/**
 * What is typed and not sent yet, else what was there to begin with. It outlives a reload, and the
 * page it is typed on.
 */
export function useDraft(key: string, initial = '') {
  const place = persistedItem(`draft.${key}`);
  const [draft, setDraft] = useState(place.get);

  function type(text: string) {
    setDraft(text);
    place.set(text);
  }

  function clear() {
    setDraft(null);
    place.clear();
  }

  /** Unless more has been typed meanwhile. Tells whether it was all. */
  function sent(text: string): boolean {
    const isAll = (place.get() ?? initial).trim() === text.trim();
    if (isAll) clear();
    return isAll;
  }

  return { text: draft ?? initial, type, clear, sent };
}

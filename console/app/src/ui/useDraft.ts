import { useState } from 'react';

import { persistedItem } from './persistedState';

/**
 * Text that is typed and not sent yet; the initial text until the user types. It survives a reload
 * and leaving the page.
 */
export function useDraft(key: string, initial = '') {
  const item = persistedItem(`draft.${key}`);
  const [draft, setDraft] = useState(item.get);

  function setText(text: string) {
    setDraft(text);
    item.set(text);
  }

  function clear() {
    setDraft(null);
    item.clear();
  }

  /** Clears the draft unless the user has typed more since. Returns whether it is cleared. */
  function clearIfSent(sentText: string): boolean {
    const isSent = (item.get() ?? initial).trim() === sentText.trim();
    if (isSent) clear();
    return isSent;
  }

  return { text: draft ?? initial, isBegun: draft !== null, setText, clear, clearIfSent };
}

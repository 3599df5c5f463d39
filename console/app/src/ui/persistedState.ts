const PREFIX = 'unified-sessions.kept.';

/** An item in the session storage of this tab: it survives a reload. */
export function persistedItem(name: string) {
  const key = PREFIX + name;
  return {
    get: () => sessionStorage.getItem(key),
    set(text: string) {
      try {
        sessionStorage.setItem(key, text);
      } catch {
        // The storage is full. An old value would be wrong after a reload, so there is none.
        sessionStorage.removeItem(key);
      }
    },
    clear: () => sessionStorage.removeItem(key),
  };
}

/** For another user in the same tab. */
export function clearPersistedItems() {
  Object.keys(sessionStorage)
    .filter((key) => key.startsWith(PREFIX))
    .forEach((key) => sessionStorage.removeItem(key));
}

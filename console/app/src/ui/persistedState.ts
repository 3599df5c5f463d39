const PREFIX = 'unified-sessions.kept.';

/** A place in this tab for what is not with the server yet: it outlives a reload. */
export function persistedItem(name: string) {
  const key = PREFIX + name;
  return {
    get: () => sessionStorage.getItem(key),
    set(text: string) {
      try {
        sessionStorage.setItem(key, text);
      } catch {
        // There is no more room in this tab: what is shown goes on without outliving a reload.
        sessionStorage.removeItem(key);
      }
    },
    clear: () => sessionStorage.removeItem(key),
  };
}

/** For somebody else at the same tab. */
export function clearPersistedItems() {
  Object.keys(sessionStorage)
    .filter((key) => key.startsWith(PREFIX))
    .forEach((key) => sessionStorage.removeItem(key));
}

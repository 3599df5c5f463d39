// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { clearPersistedItems, persistedItem } from './persistedState';

beforeEach(() => sessionStorage.clear());
afterEach(() => vi.unstubAllGlobals());

test('an item has the last value until it is cleared', () => {
  const item = persistedItem('draft.a');
  expect(item.get()).toBeNull();
  item.set('one');
  item.set('two');
  expect(persistedItem('draft.a').get()).toBe('two');
  item.clear();
  expect(item.get()).toBeNull();
});

test('items with other names are independent', () => {
  persistedItem('draft.a').set('one');
  expect(persistedItem('draft.b').get()).toBeNull();
});

test('a full storage leaves no old value behind', () => {
  const item = persistedItem('draft.a');
  item.set('one');
  const setItem = () => {
    throw new DOMException('The quota is exceeded.', 'QuotaExceededError');
  };
  vi.stubGlobal(
    'sessionStorage',
    new Proxy(sessionStorage, {
      get: (storage, name) => (name === 'setItem' ? setItem : Reflect.get(storage, name)),
    }),
  );
  expect(() => item.set('one and a half')).not.toThrow();
  vi.unstubAllGlobals();
  expect(item.get()).toBeNull();
});

test('clearing for another user leaves what is not a persisted item', () => {
  persistedItem('draft.a').set('one');
  persistedItem('viewer').set('u1');
  sessionStorage.setItem('unified-sessions.credential', 'us_key');
  clearPersistedItems();
  expect(persistedItem('draft.a').get()).toBeNull();
  expect(persistedItem('viewer').get()).toBeNull();
  expect(sessionStorage.getItem('unified-sessions.credential')).toBe('us_key');
});

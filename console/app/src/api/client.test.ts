// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { authStore } from '../signin/credentials';
import { persistedItem } from '../ui/persistedState';
import { switchUser } from './client';
import { markOnline, onlineStore } from './connectionStatus';

vi.mock('./socket', () => ({
  socket: { terminate: vi.fn(), subscribe: vi.fn() },
  onForbidden: vi.fn(),
  onReconnected: vi.fn(),
}));

const USERS: Record<string, string> = { 'Bearer ana': 'u1', 'Bearer ben': 'u2' };

/** A server that knows two credentials. */
const fetchMock = vi.fn(async (_url: unknown, init?: RequestInit) => {
  const { authorization = '' } = init?.headers as Record<string, string>;
  const id = USERS[authorization];
  return id
    ? Response.json({ data: { viewer: { __typename: 'User', id } } })
    : Response.json({ errors: [{ message: 'The API key is not known here.' }] }, { status: 401 });
});
const draft = persistedItem('draft.chat.s1');

beforeEach(() => {
  sessionStorage.clear();
  authStore.setState({ credential: null, signInReason: null });
  vi.stubGlobal('fetch', fetchMock);
});
afterEach(() => {
  markOnline();
  vi.unstubAllGlobals();
});

describe('switching the user', () => {
  test('signs in with a valid credential and stores it for this tab', async () => {
    expect(await switchUser('ana')).toBe(true);
    expect(authStore.getState().credential).toBe('ana');
    expect(sessionStorage.getItem('unified-sessions.credential')).toBe('ana');
    expect(onlineStore.getState()).toBe(true);
  });

  test('keeps the drafts for the user who wrote them', async () => {
    await switchUser('ana');
    draft.set('a long message');
    await switchUser('ana');
    expect(draft.get()).toBe('a long message');
  });

  test('clears the drafts for another user', async () => {
    await switchUser('ana');
    draft.set('a long message');
    await switchUser('ben');
    expect(draft.get()).toBeNull();
  });

  test('keeps the drafts while a credential is rejected, and shows the reason of the server', async () => {
    await switchUser('ana');
    draft.set('a long message');
    expect(await switchUser('wrong')).toBe(false);
    expect(draft.get()).toBe('a long message');
    expect(authStore.getState().signInReason).toBe('The API key is not known here.');
  });

  test('clears the drafts and the credential on signing out', async () => {
    await switchUser('ana');
    draft.set('a long message');
    expect(await switchUser(null)).toBe(true);
    expect(draft.get()).toBeNull();
    expect(sessionStorage.getItem('unified-sessions.credential')).toBeNull();
  });

  test('clears the drafts when it is unknown who the user is', async () => {
    await switchUser('ana');
    draft.set('a long message');
    fetchMock.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    expect(await switchUser('ana')).toBe(true);
    expect(draft.get()).toBeNull();
    expect(onlineStore.getState()).toBe(false);
  });
});

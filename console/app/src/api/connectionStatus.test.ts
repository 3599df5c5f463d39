// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { markOffline, markOnline, onlineStore } from './connectionStatus';

const fetchMock = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', fetchMock);
  fetchMock.mockReset();
});

afterEach(() => {
  markOnline();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('offline, the server is probed until it answers', async () => {
  fetchMock.mockRejectedValueOnce(new TypeError('Failed to fetch'));
  fetchMock.mockResolvedValueOnce(new Response(null, { status: 503 }));
  fetchMock.mockResolvedValueOnce(new Response(null, { status: 200 }));
  markOffline();
  await vi.advanceTimersByTimeAsync(6000);
  expect(fetchMock.mock.calls).toEqual([['/health'], ['/health']]);
  expect(onlineStore.getState()).toBe(false);
  await vi.advanceTimersByTimeAsync(3000);
  expect(onlineStore.getState()).toBe(true);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(fetchMock).toHaveBeenCalledTimes(3);
});

test('several failures start one probe', async () => {
  fetchMock.mockRejectedValue(new TypeError('Failed to fetch'));
  markOffline();
  markOffline();
  await vi.advanceTimersByTimeAsync(3000);
  expect(fetchMock).toHaveBeenCalledOnce();
});

test('subscribers hear of a change, not of every request', () => {
  const listener = vi.fn();
  const unsubscribe = onlineStore.subscribe(listener);
  markOnline();
  expect(listener).not.toHaveBeenCalled();
  markOffline();
  markOffline();
  markOnline();
  expect(listener.mock.calls.map(([isOnline]) => isOnline)).toEqual([false, true]);
  unsubscribe();
});

test('the browser says when it is offline, and the server when it is back', async () => {
  window.dispatchEvent(new Event('offline'));
  expect(onlineStore.getState()).toBe(false);
  fetchMock.mockResolvedValueOnce(new Response(null, { status: 200 }));
  window.dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(0);
  expect(onlineStore.getState()).toBe(true);
});

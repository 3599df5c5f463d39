// @vitest-environment happy-dom
import { render, screen } from '@testing-library/react';
import { type ComponentType, createElement, Suspense } from 'react';
import { afterEach, expect, test, vi } from 'vitest';

import { lazyComponent, loadComponentsWhenIdle } from './lazyComponent';

const show = (page: ComponentType) =>
  render(createElement(Suspense, { fallback: 'Loading' }, createElement(page)));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  sessionStorage.clear();
});

test('a component shows once its code is there', async () => {
  show(lazyComponent(async () => () => 'The page'));
  expect(screen.getByText('Loading')).toBeTruthy();
  expect(await screen.findByText('The page')).toBeTruthy();
});

test('the page is reloaded for code that is gone, as soon as the server answers', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  const answers = [Promise.reject(new Error('offline')), Promise.resolve({ ok: true })];
  vi.stubGlobal('fetch', () => answers.shift());
  const reload = vi.spyOn(location, 'reload').mockImplementation(() => {});
  show(lazyComponent(() => Promise.reject(new Error('404'))));
  await vi.advanceTimersByTimeAsync(1000);
  expect(reload).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2000);
  expect(reload).toHaveBeenCalledOnce();
  vi.useRealTimers();
});

test('the rest is loaded when the browser is idle', async () => {
  vi.stubGlobal('requestIdleCallback', (callback: () => void) => callback());
  const load = vi.fn(() => Promise.reject(new Error('offline')));
  lazyComponent(load);
  loadComponentsWhenIdle();
  expect(load).toHaveBeenCalledOnce();
});

// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { createElement, type ReactNode } from 'react';
import { MemoryRouter, useLocation, useNavigate } from 'react-router';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { useHistoryFilter } from './useHistoryFilter';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function render(search = '') {
  const wrapper = ({ children }: { children: ReactNode }) =>
    createElement(MemoryRouter, { initialEntries: [`/history${search}`] }, children);
  const { result, unmount } = renderHook(
    () => ({
      filter: useHistoryFilter(),
      search: useLocation().search,
      navigate: useNavigate(),
    }),
    { wrapper },
  );
  return {
    unmount,
    url: () => result.current.search,
    typed: () => result.current.filter.typed,
    do: (step: (filter: ReturnType<typeof useHistoryFilter>) => void) =>
      act(() => step(result.current.filter)),
    back: () => act(async () => void (await result.current.navigate(-1))),
    wait: (ms: number) => act(() => vi.advanceTimersByTime(ms)),
  };
}

test('what is typed is searched for after a pause, once', () => {
  const page = render();
  page.do(({ search }) => search('vpn'));
  page.wait(200);
  page.do(({ search }) => search('vpn tunnel '));
  page.wait(299);
  expect(page.url()).toBe('');
  page.wait(1);
  expect(page.url()).toBe('?q=vpn+tunnel');
  expect(page.typed()).toBe('vpn tunnel ');
});

test('a filter that is chosen while something is typed is kept, and so is that', () => {
  const page = render();
  page.do(({ search }) => search('vpn'));
  page.wait(100);
  page.do(({ setFilter }) => setFilter('status', 'resolved'));
  expect(page.url()).toBe('?q=vpn&status=resolved');
  page.wait(1_000);
  expect(page.url()).toBe('?q=vpn&status=resolved');
});

test('filters that are chosen before the page follows add up', () => {
  const page = render();
  page.do(({ setFilter }) => {
    setFilter('type', 'chat');
    setFilter('status', 'paused');
  });
  expect(page.url()).toBe('?type=chat&status=paused');
});

test('a search that fires while the page has not followed a choice yet loses neither', () => {
  const page = render();
  page.do(({ search }) => search('vpn'));
  page.do(({ setFilter }) => {
    setFilter('type', 'chat');
    vi.advanceTimersByTime(300);
  });
  expect(page.url()).toBe('?q=vpn&type=chat');
});

test('a cleared search leaves the address at once', () => {
  const page = render('?q=vpn&type=chat');
  page.do(({ search }) => search(''));
  expect(page.url()).toBe('?type=chat');
  page.do(({ search }) => search('vpn'));
  page.do(({ search }) => search(' '));
  page.wait(1_000);
  expect(page.url()).toBe('?type=chat');
});

test('clearing all filters takes what is typed with them', () => {
  const page = render('?type=chat');
  page.do(({ search }) => search('vpn'));
  page.do(({ clearFilters }) => clearFilters());
  page.wait(1_000);
  expect(page.url()).toBe('');
  expect(page.typed()).toBe('');
});

test('the back button brings an earlier search back, over one that is being typed', async () => {
  const page = render('?q=vpn');
  page.do(({ setFilter }) => setFilter('type', 'chat'));
  page.do(({ search }) => search('printer'));
  page.wait(300);
  page.do(({ search }) => search('printer floor'));
  await page.back();
  expect(page.typed()).toBe('vpn');
  page.wait(1_000);
  expect(page.url()).toBe('?q=vpn');
});

// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { useDraft } from './useDraft';

beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

const render = (key: string, initial?: string) => renderHook(() => useDraft(key, initial)).result;

test('a draft starts with the initial text', () => {
  expect(render('a').current.text).toBe('');
  expect(render('a', 'The notes').current.text).toBe('The notes');
});

test('a draft survives a reload, the initial text is not stored', () => {
  const draft = render('a', 'The notes');
  expect(sessionStorage).toHaveLength(0);
  act(() => draft.current.setText('The notes, edited\n'));
  expect(draft.current.text).toBe('The notes, edited\n');
  expect(render('a', 'The notes').current.text).toBe('The notes, edited\n');
});

test('an emptied draft stays empty', () => {
  const draft = render('a', 'The notes');
  act(() => draft.current.setText(''));
  expect(render('a', 'The notes').current.text).toBe('');
});

test('a cleared draft is the initial text again', () => {
  const draft = render('a', 'The notes');
  act(() => draft.current.setText('Other'));
  act(() => draft.current.clear());
  expect(draft.current.text).toBe('The notes');
  expect(render('a').current.text).toBe('');
});

test('a sent draft is cleared, whatever the spaces around it', () => {
  const draft = render('a');
  act(() => draft.current.setText(' Hello \n'));
  let isCleared: boolean | undefined;
  act(() => (isCleared = draft.current.clearIfSent('Hello')));
  expect(isCleared).toBe(true);
  expect(draft.current.text).toBe('');
});

test('what was typed while it was sent stays', () => {
  const draft = render('a');
  act(() => draft.current.setText('Hello'));
  const { clearIfSent } = draft.current;
  act(() => draft.current.setText('Hello, and one more'));
  let isCleared: boolean | undefined;
  act(() => (isCleared = clearIfSent('Hello')));
  expect(isCleared).toBe(false);
  expect(draft.current.text).toBe('Hello, and one more');
});

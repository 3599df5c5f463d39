// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { useDocumentDraft } from './useDocumentDraft';

beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

const FIRST = { id: 'a', markdown: 'Written', version: 1 };
const NEWER = { id: 'a', markdown: 'By a colleague', version: 2 };

const render = (original = FIRST) =>
  renderHook((props) => useDocumentDraft(props), { initialProps: original });

test('without a draft a newer text is shown as it is', () => {
  const { result, rerender } = render();
  rerender(NEWER);
  expect(result.current).toMatchObject({ text: 'By a colleague', version: 2, isOutdated: false });
});

test('a draft keeps the version that it was begun on, also after a reload', () => {
  const { result, rerender } = render();
  act(() => result.current.setText('Mine'));
  expect(result.current).toMatchObject({ version: 1, isOutdated: false });
  rerender(NEWER);
  const expected = { text: 'Mine', version: 1, isOutdated: true };
  expect(result.current).toMatchObject(expected);
  expect(render(NEWER).result.current).toMatchObject(expected);
});

test('what is typed on does not hide that the text is outdated', () => {
  const { result, rerender } = render();
  act(() => result.current.setText('Mine'));
  rerender(NEWER);
  act(() => result.current.setText('Mine, and more'));
  expect(result.current.isOutdated).toBe(true);
});

test('a draft that was saved, or has become the same text, is not outdated', () => {
  const { result, rerender } = render();
  act(() => result.current.setText('Mine'));
  rerender({ id: 'a', markdown: 'Mine', version: 2 });
  expect(result.current.isOutdated).toBe(false);
  act(() => result.current.rebase(2));
  act(() => result.current.setText('Mine, and more'));
  expect(result.current).toMatchObject({ version: 2, isOutdated: false });
});

test('a draft begun after another was discarded is begun on the text of then', () => {
  const { result, rerender } = render();
  act(() => result.current.setText('Mine'));
  rerender(NEWER);
  act(() => result.current.clear());
  act(() => result.current.setText('Mine again'));
  expect(result.current).toMatchObject({ version: 2, isOutdated: false });
});

// @vitest-environment happy-dom
import { cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { useNumberKeys } from './useNumberKeys';

const onPress = vi.fn();
beforeEach(() => void onPress.mockReset());
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});

function press(key: string, options: KeyboardEventInit = {}, target: Element = document.body) {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...options }));
}
const pressed = () => onPress.mock.calls.map(([index]) => index);

test('a number key chooses an option that exists', () => {
  renderHook(() => useNumberKeys(3, onPress));
  ['1', '3', '4', '0', 'a', 'Enter'].forEach((key) => press(key));
  expect(pressed()).toEqual([0, 2]);
});

test('only the first nine options have a key', () => {
  renderHook(() => useNumberKeys(12, onPress));
  press('9');
  press('10');
  expect(pressed()).toEqual([8]);
});

test('shortcuts of the browser and repeated keys choose nothing', () => {
  renderHook(() => useNumberKeys(3, onPress));
  press('1', { ctrlKey: true });
  press('1', { metaKey: true });
  press('1', { altKey: true });
  press('1', { repeat: true });
  expect(pressed()).toEqual([]);
});

test.each(['input', 'textarea', 'select'])('a number typed into a %s chooses nothing', (tag) => {
  renderHook(() => useNumberKeys(3, onPress));
  press('1', {}, document.body.appendChild(document.createElement(tag)));
  expect(pressed()).toEqual([]);
});

test('a number typed inside a dialog chooses nothing', () => {
  renderHook(() => useNumberKeys(3, onPress));
  const dialog = document.body.appendChild(document.createElement('div'));
  dialog.setAttribute('role', 'dialog');
  press('1', {}, dialog.appendChild(document.createElement('button')));
  expect(pressed()).toEqual([]);
});

test('a step that is no longer shown does not listen', () => {
  renderHook(() => useNumberKeys(3, onPress)).unmount();
  press('1');
  expect(pressed()).toEqual([]);
});

// @vitest-environment happy-dom
import { Button, CheckboxGroup, RadioGroup, TextArea, Theme } from '@radix-ui/themes';
import { act, cleanup, render, screen } from '@testing-library/react';
import { createElement, type ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';

import { ModalDialog } from './ModalDialog';

afterEach(cleanup);

async function open(...children: ReactNode[]) {
  const onClose = vi.fn();
  const props = { title: 'A dialog', description: 'For a test.', onClose, children: undefined };
  const dialog = createElement(ModalDialog, props, ...children);
  await act(async () => void render(createElement(Theme, null, dialog)));
  return onClose;
}

const button = createElement(Button, { key: 'button', type: 'button' }, 'Do it');

test('the focus is in the first text', async () => {
  const onClose = await open(button, createElement(TextArea, { key: 'text', 'aria-label': 'Why' }));
  expect(document.activeElement).toBe(screen.getByLabelText('Why'));
  expect(onClose).not.toHaveBeenCalled();
});

test('the focus is on the radio button that is chosen', async () => {
  await open(
    createElement(
      RadioGroup.Root,
      { key: 'radio', defaultValue: 'b' },
      createElement(RadioGroup.Item, { value: 'a' }, 'One'),
      createElement(RadioGroup.Item, { value: 'b' }, 'Other'),
    ),
    button,
  );
  expect(document.activeElement).toBe(screen.getByRole('radio', { name: 'Other' }));
});

test('the focus is on the first checkbox', async () => {
  await open(
    button,
    createElement(
      CheckboxGroup.Root,
      { key: 'boxes' },
      createElement(CheckboxGroup.Item, { value: 'a' }, 'Notes'),
    ),
  );
  expect(document.activeElement).toBe(screen.getByRole('checkbox', { name: 'Notes' }));
});

test('without a field the focus is on the dialog, not on a button that a space presses', async () => {
  const readOnly = createElement(TextArea, { key: 'text', readOnly: true, 'aria-label': 'Text' });
  await open(readOnly, button);
  expect(document.activeElement).toBe(screen.getByRole('dialog'));
});

test('the button that closes comes last', async () => {
  await open(button);
  const names = screen.getAllByRole('button').map((each) => each.getAttribute('aria-label'));
  expect(names.at(-1)).toBe('Close');
});

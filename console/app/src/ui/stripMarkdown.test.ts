import { expect, test } from 'vitest';

import { stripEmphasis, stripMarkdown } from './stripMarkdown';

test.each([
  ['**VPN** does not `connect`', 'VPN does not connect'],
  ['## Problem\n\n- no mail\n- no calendar', 'Problem no mail no calendar'],
  ['1. Open [the page](https://intranet/wiki)', 'Open the page'],
  ['> She wrote __today__', 'She wrote today'],
  ['```\nError 42\n```', 'Error 42'],
  ['~~old~~ new', 'old new'],
])('%j is shown as %j', (text, shown) => {
  expect(stripMarkdown(text)).toBe(shown);
});

test.each([
  String.raw`\\fileserver01\_Docs\#temp`,
  'my__file__name and 2 * 3 * 4',
  'a ** b ** c',
  'C# and F#',
  'INC-004512: -1073741819',
  '[x] is no link (really)',
  '**',
])('%j stays', (text) => {
  expect(stripMarkdown(text)).toBe(text);
});

test('a hostile text takes no long time', () => {
  for (const part of ['**a', '[a', '`', '__', '> '])
    expect(typeof stripMarkdown(part.repeat(10_000))).toBe('string');
});

test.each([
  ['the button **of the ', 'the button of the '],
  ['** must be open', ' must be open'],
  ['run `lpstat', 'run lpstat'],
  ['2 ** 3 and C:\\*.*', '2 ** 3 and C:\\*.*'],
])('of %j in a fragment %j is shown', (part, shown) => {
  expect(stripEmphasis(part)).toBe(shown);
});

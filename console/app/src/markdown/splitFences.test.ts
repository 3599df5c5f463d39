import { expect, test } from 'vitest';

import { MAX_PLAIN_CHARACTERS } from './limits';
import { splitFences } from './splitFences';

const plain = (text: string) => ({ isCode: false, text });
const code = (text: string) => ({ isCode: true, text });

test('the log of an intake is a block of its own', () => {
  expect(splitFences('Outlook stops\n\n```\n  at line 1\n\n  at line 2\n```')).toEqual([
    plain('Outlook stops'),
    code('  at line 1\n\n  at line 2'),
  ]);
});

test('a block with fences in it needs a longer fence around it', () => {
  expect(splitFences('````\n```\na\n```\n````\nb')).toEqual([code('```\na\n```'), plain('b')]);
});

test('a fence may name a language', () => {
  expect(splitFences('a\n```powershell\nls\n```\n\nb')).toEqual([
    plain('a'),
    code('ls'),
    plain('b'),
  ]);
});

test.each(['a\n```\nnot closed', 'a ``` b ``` c', '  **a**\n\n_b_\n', ''])('%j stays', (text) => {
  const shown = splitFences(text);
  expect(shown.map((part) => part.text).join('')).toBe(text.trim() === '' ? '' : text.trimEnd());
  expect(shown.some(({ isCode }) => isCode)).toBe(false);
});

test('a text with too many blocks, or too long, stays as it is', () => {
  for (const text of [
    '```\n'.repeat(8_000),
    `${'x'.repeat(MAX_PLAIN_CHARACTERS)}\n\`\`\`\na\n\`\`\``,
  ])
    expect(splitFences(text)).toEqual([plain(text)]);
});

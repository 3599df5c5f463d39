import { expect, test } from 'vitest';

import { splitLinks } from './splitLinks';

test.each([
  ['no address: http:// and ftp://x.y', ['no address: http:// and ftp://x.y']],
  ['', []],
  [
    'See https://intranet/wiki?a=b#c, or (http://dc01.corp.local/x).',
    [
      'See ',
      { href: 'https://intranet/wiki?a=b#c' },
      ', or (',
      { href: 'http://dc01.corp.local/x' },
      ').',
    ],
  ],
  ['https://a.example', [{ href: 'https://a.example' }]],
])('%j', (text, parts) => {
  expect(splitLinks(text)).toEqual(parts);
});

test('no character is lost', () => {
  const text = 'a http://b.c/d. e\nhttps://f, \\\\server\\_x';
  const all = splitLinks(text).map((part) => (typeof part === 'string' ? part : part.href));
  expect(all.join('')).toBe(text);
});

test('a text with too many addresses stays as it is', () => {
  const text = 'http://a.b '.repeat(2_000);
  expect(splitLinks(text)).toEqual([text]);
});

test('a hostile text takes no long time', () => {
  for (const text of [
    `http://a${')'.repeat(60_000)}b`,
    'http://'.repeat(9_000),
    'h'.repeat(64_000),
  ])
    expect(splitLinks(text).length).toBeGreaterThan(0);
});

import { describe, expect, test } from 'vitest';

import { HOSTILE_TEXTS } from './hostileTexts';
import { isSafeUrl } from './isSafeUrl';
import { MAX_CHARACTERS, MAX_DEPTH, MAX_ELEMENTS } from './limits';
import { type MarkdownNode, parseMarkdown } from './parseMarkdown';

const parse = (text: string): MarkdownNode[] =>
  (parseMarkdown(text) ?? []).map((json) => JSON.parse(json) as MarkdownNode);

/** A tree as nested brackets: `(p a (strong b))`. */
function draw(node: MarkdownNode): string {
  if (typeof node === 'string') return node;
  return `(${[node.tag, ...(node.children ?? []).map(draw)].join(' ')})`;
}

const drawn = (text: string) => parse(text).map(draw).join(' ');

test.each([
  ['a *b* **c** ~~d~~ `e`', '(p a  (em b)   (strong c)   (s d)   (code e))'],
  ['# a\n\nb\n***', '(h1 a) (p b) (hr)'],
  ['- a\n- b\n  1. c', '(ul (li a) (li b (ol (li c))))'],
  ['- a\n\n- b', '(ul (li (p a)) (li (p b)))'],
  ['- [ ] a\n- [x] b', '(ul (li \u2610 a) (li \u2611 b))'],
  ['> a\n> > b', '(blockquote (p a) (blockquote (p b)))'],
  ['```sh\nls *\n```', '(pre ls *)'],
  ['|a|b|\n|-|-|\n|c|d|', '(table (thead (tr (th a) (th b))) (tbody (tr (td c) (td d))))'],
  ['a\nb  \nc', '(p a\nb (br) c)'],
  ['<b>a</b> &lt; <script>', '(p <b>a</b> < <script>)'],
  ['setup.py and a.md', '(p setup.py and a.md)'],
])('Markdown of %j', (text, expected) => {
  expect(drawn(text)).toBe(expected);
});

test('texts that follow each other are one', () => {
  expect(parse('a\nb [ c &amp; d \\* e')).toEqual([{ tag: 'p', children: ['a\nb [ c & d * e'] }]);
});

test('a text has one block for each part at the top', () => {
  expect(parseMarkdown('a\n\n- b\n- c\n\nd')).toHaveLength(3);
  expect(parseMarkdown('')).toEqual([]);
});

test('a block that has not changed is the same text', () => {
  const before = parseMarkdown('a\n\nb') ?? [];
  expect(parseMarkdown('a\n\nb *c* d\n\ne')?.[0]).toBe(before[0]);
});

test('links lead to pages and addresses only, also those without a bracket', () => {
  const [link] = parse('[a](https://b.example/?c)').flatMap((p) =>
    typeof p === 'string' ? [] : (p.children ?? []),
  );
  expect(link).toMatchObject({ tag: 'a', href: 'https://b.example/?c' });
  expect(drawn('see https://a.example')).toBe('(p see  (a https://a.example))');
  for (const text of ['[a](javascript:b)', '[a](JAVA&#10;SCRIPT:b)', '<vbscript:a>', '[a](data:b)'])
    expect(hrefs(text).filter((href) => !isSafeUrl(href))).toEqual([]);
});

function hrefs(text: string): string[] {
  return Array.from(JSON.stringify(parse(text)).matchAll(/"href":("[^"]*")/g), ([, href]) =>
    String(JSON.parse(href ?? '')),
  );
}

test('an image is a link', () => {
  expect(drawn('![a](https://b.example/c.png)')).toBe('(p (a a))');
});

test.each(['javascript:a', 'java\nscript:a', ' javascript:a', 'data:a', 'file:///a', 'blob:a'])(
  'the address %j is not safe',
  (url) => expect(isSafeUrl(url)).toBe(false),
);

test('numbers of lists and alignments of cells are kept', () => {
  expect(parse('3. a')[0]).toMatchObject({ tag: 'ol', start: 3 });
  expect(JSON.stringify(parse('|a|\n|:-:|'))).toContain('"align":"center"');
});

test('a text that is too long, too deep or too large is no Markdown', () => {
  expect(parseMarkdown('a'.repeat(MAX_CHARACTERS))).not.toBeNull();
  expect(parseMarkdown('a'.repeat(MAX_CHARACTERS + 1))).toBeNull();
  expect(parseMarkdown('>'.repeat(MAX_DEPTH - 2) + 'a')).not.toBeNull();
  expect(parseMarkdown('>'.repeat(MAX_DEPTH) + 'a')).toBeNull();
  expect(parseMarkdown('>'.repeat(4_000))).toBeNull();
  expect(
    parseMarkdown('**'.repeat(MAX_DEPTH / 2) + 'a' + '**'.repeat(MAX_DEPTH / 2)),
  ).not.toBeNull();
  expect(parseMarkdown('**'.repeat(4_000) + 'a' + '**'.repeat(4_000))).toBeNull();
  expect(parseMarkdown('a\n\n'.repeat(MAX_ELEMENTS))).not.toBeNull();
  expect(parseMarkdown('a\n\n'.repeat(MAX_ELEMENTS + 1))).toBeNull();
  expect(parseMarkdown('```\n```\n'.repeat(MAX_ELEMENTS / 10 + 1))).toBeNull();
});

function measure(node: MarkdownNode): { count: number; depth: number } {
  if (typeof node === 'string') return { count: 0, depth: 0 };
  const inner = (node.children ?? []).map(measure);
  return {
    count: 1 + inner.reduce((sum, { count }) => sum + count, 0),
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
  };
}

describe.each(Object.keys(HOSTILE_TEXTS))('hostile text: %s', (name) => {
  const make = (length: number) => HOSTILE_TEXTS[name]?.(length) ?? '';

  test.each([500, 4_000, MAX_CHARACTERS / 2])('it is bounded at %d characters', (length) => {
    const found = parse(make(length)).map(measure);
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(MAX_ELEMENTS);
    expect(Math.max(0, ...found.map(({ depth }) => depth))).toBeLessThanOrEqual(MAX_DEPTH);
  });

  // A text eight times as long takes eight times as long; a quadratic one takes 64 times.
  test.runIf(process.env.SLOW)('it takes linear time', { retry: 2 }, () => {
    parseMarkdown(make(4_000));
    const short = Math.max(measureTime(make(7_000)), 0.5);
    expect(measureTime(make(56_000))).toBeLessThan(32 * short);
  });
});

/** Milliseconds of CPU, the least of three. */
function measureTime(text: string): number {
  const times = [0, 1, 2].map(() => {
    const start = process.cpuUsage();
    parseMarkdown(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

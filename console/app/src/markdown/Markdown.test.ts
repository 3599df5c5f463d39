// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { createElement } from 'react';
import { afterEach, expect, test, vi } from 'vitest';

import { MAX_PLAIN_CHARACTERS } from './limits';
import { Markdown } from './Markdown';
import { MarkdownBlock } from './MarkdownBlock';
import { PlainText } from './PlainText';
import { parseMarkdown } from './parseMarkdown';
import { TextErrorBoundary } from './TextErrorBoundary';

afterEach(cleanup);

test('without a worker the text is shown as it is', async () => {
  await act(async () => render(createElement(Markdown, null, 'a **b**\n\n- c')));
  expect(document.querySelector('.plain-text')?.textContent).toBe('a **b**\n\n- c');
});

test('of a very long text the beginning is shown, then all of it', async () => {
  const text = 'x'.repeat(MAX_PLAIN_CHARACTERS + 1);
  await act(async () => render(createElement(Markdown, null, text)));
  const shown = () => document.querySelector('.plain-text')?.textContent.length;
  expect(shown()).toBe(MAX_PLAIN_CHARACTERS);
  fireEvent.click(screen.getByRole('button', { name: 'Show all 64,001 characters' }));
  expect(shown()).toBe(text.length);
});

test('a block is drawn with its elements', () => {
  const text = 'a **b** `c` [d](https://e.example)\n<script>f</script>';
  const blocks = parseMarkdown(`${text}\n\n\`\`\`\nls\n\`\`\``) ?? [];
  render(blocks.map((json, key) => createElement(MarkdownBlock, { key, json })));
  expect(document.querySelector('p strong')?.textContent).toBe('b');
  expect(document.querySelector('p code')?.textContent).toBe('c');
  const link = screen.getByRole('link', { name: 'd' });
  expect(link.getAttribute('href')).toBe('https://e.example');
  expect(link.getAttribute('rel')).toBe('noreferrer noopener');
  expect(document.querySelector('script')).toBeNull();
  expect(document.querySelector('.command pre')?.textContent).toBe('ls');
});

test('an element of another name is drawn as its text', () => {
  const json = JSON.stringify({ tag: 'iframe', children: ['a'] });
  render(createElement(MarkdownBlock, { json }));
  expect(document.querySelector('iframe')).toBeNull();
  expect(document.body.textContent).toBe('a');
});

test('a text that cannot be drawn is shown as it is, and the others are drawn', () => {
  // React reports each error that a boundary has caught.
  const report = vi.spyOn(console, 'error').mockImplementation(() => {});
  const draw = (text: string, json: string) =>
    createElement(TextErrorBoundary, {
      key: 1,
      text,
      children: createElement(MarkdownBlock, { json }),
    });
  const page = (text: string, json: string) =>
    createElement('div', null, createElement('p', { key: 0 }, 'The others'), draw(text, json));
  const { rerender } = render(page('a **b', 'no JSON'));
  expect(document.body.textContent).toBe('The othersa **b');
  // The same text, longer, stays as it is; another one is drawn.
  rerender(page('a **b** c', '"never drawn"'));
  expect(document.querySelector('.plain-text')?.textContent).toBe('a **b** c');
  rerender(page('another', '"another"'));
  expect(document.querySelector('.plain-text')).toBeNull();
  expect(document.body.textContent).toBe('The othersanother');
  report.mockRestore();
});

test('what people type is shown as typed, with links', () => {
  const text =
    String.raw`\\fileserver01\_Docs\#temp` + '\n  1. **log**  line\n\nhttps://intranet/a.';
  render(createElement(PlainText, { text }));
  const shown = document.querySelector('.plain-text');
  expect(shown?.textContent).toBe(text);
  expect(shown?.getAttribute('dir')).toBe('auto');
  expect(screen.getByRole('link').getAttribute('href')).toBe('https://intranet/a');
});

test('headings stand below those of the page, with their levels', () => {
  const blocks = parseMarkdown('# One\n\n## Two\n\n### Three\n\n##### Five') ?? [];
  render(blocks.map((json, key) => createElement(MarkdownBlock, { key, json })));
  const levels = screen.getAllByRole('heading').map(({ tagName }) => tagName);
  expect(levels).toEqual(['H3', 'H4', 'H5', 'H6']);
});

test('each paragraph, list, cell and heading has its own direction, a command runs left to right', () => {
  const text = '# \u05e9\u05dc\u05d5\u05dd\n\na\n\n- b\n\n1. c\n\n|d|\n|-|\n|e|\n\n```\nls\n```';
  const blocks = parseMarkdown(text) ?? [];
  render(blocks.map((json, key) => createElement(MarkdownBlock, { key, json })));
  for (const tag of ['h3', 'p', 'ul', 'ol', 'th', 'td'])
    expect(document.querySelector(tag)?.getAttribute('dir'), tag).toBe('auto');
  expect(document.querySelector('pre')?.getAttribute('dir')).toBe('ltr');
});

import MarkdownIt, { type Token } from 'markdown-it';

import { isSafeUrl } from './isSafeUrl';
import { MAX_CHARACTERS, MAX_DEPTH, MAX_ELEMENTS } from './limits';

/** An element of a parsed text. `pre` has one string as its child. */
export interface MarkdownElement {
  tag: string;
  href?: string;
  /** The first number of a list. */
  start?: number;
  /** The alignment of a table cell. */
  align?: 'left' | 'center' | 'right';
  children?: MarkdownNode[];
}

export type MarkdownNode = string | MarkdownElement;

/** Elements that a code block counts for: it has a button and its icon. */
const WEIGHT_OF_CODE_BLOCK = 10;

// markdown-it takes linear time. HTML stays text. What is nested deeper than `maxNesting` is dropped:
// such a text is too deep for us.
const parser = new MarkdownIt({ html: false, linkify: true, maxNesting: MAX_DEPTH + 1 });
// A file name such as `setup.py` is no address.
parser.linkify.set({ fuzzyLink: false });
parser.validateLink = isSafeUrl;

/**
 * The blocks of a text, each as JSON of a `MarkdownElement`, so that a block that has not changed
 * is recognized. Null if the text is too long, too deep or too large to be shown as Markdown.
 */
export function parseMarkdown(text: string): string[] | null {
  if (text.length > MAX_CHARACTERS) return null;
  const root = buildTree(parser.parse(text, {}));
  return root?.map((node) => JSON.stringify(node)) ?? null;
}

/** Null if there are too many elements, or too many in each other. */
function buildTree(tokens: Token[]): MarkdownNode[] | null {
  const root: MarkdownNode[] = [];
  const open = [root];
  let count = 0;
  let isStartOfItem = false;
  for (const token of flatten(tokens)) {
    const siblings = open.at(-1) ?? root;
    if (token.nesting === -1) {
      if (!token.hidden) open.pop();
      continue;
    }
    let node = toNode(token);
    if (node === null) continue;
    if (isStartOfItem && typeof node === 'string') node = drawCheckbox(node);
    isStartOfItem = token.tag === 'li';
    if (typeof node !== 'string') count += node.tag === 'pre' ? WEIGHT_OF_CODE_BLOCK : 1;
    if (count > MAX_ELEMENTS) return null;
    addNode(siblings, node);
    if (token.nesting === 1 && typeof node !== 'string') open.push((node.children = []));
    if (open.length > MAX_DEPTH) return null;
  }
  return root;
}

/** Joins texts that follow each other: each would be a node of its own in the page. */
function addNode(siblings: MarkdownNode[], node: MarkdownNode) {
  const last = siblings.at(-1);
  if (typeof last === 'string' && typeof node === 'string')
    siblings[siblings.length - 1] = last + node;
  else siblings.push(node);
}

/** The box of a task: `[ ]` or `[x]` at the start of a list item. */
function drawCheckbox(text: string): string {
  return text.replace(/^\[ \] /, '\u2610 ').replace(/^\[x\] /i, '\u2611 ');
}

/** The tokens of blocks, with those of their text in its place. */
function* flatten(tokens: Token[]): Generator<Token> {
  for (const token of tokens) {
    if (token.type === 'inline') yield* token.children ?? [];
    else yield token;
  }
}

function toNode(token: Token): MarkdownNode | null {
  switch (token.type) {
    case 'text':
    case 'text_special':
      return token.content || null;
    case 'softbreak':
      return '\n';
    case 'code_inline':
      return { tag: 'code', children: [token.content] };
    case 'fence':
    case 'code_block':
      return { tag: 'pre', children: [token.content.replace(/\n$/, '')] };
    case 'image':
      // Loading an image would send the address of the reader to a third party.
      return { tag: 'a', href: attribute(token, 'src'), children: [token.content || 'Image'] };
    default:
      return token.hidden ? null : toElement(token);
  }
}

function toElement(token: Token): MarkdownElement {
  const element: MarkdownElement = { tag: token.tag };
  const href = attribute(token, 'href');
  const start = attribute(token, 'start');
  const align = attribute(token, 'style')?.replace('text-align:', '');
  if (href !== undefined) element.href = href;
  if (start !== undefined) element.start = Number(start);
  if (align === 'left' || align === 'center' || align === 'right') element.align = align;
  return element;
}

function attribute(token: Token, name: string): string | undefined {
  const value = token.attrGet(name);
  return value === null ? undefined : String(value);
}

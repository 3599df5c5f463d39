import { Code, Link } from '@radix-ui/themes';
import { createElement, memo, type ReactNode, useMemo } from 'react';

import { ScrollBox } from '../ui/ScrollBox';
import { CodeBlock } from './CodeBlock';
import type { MarkdownElement, MarkdownNode } from './parseMarkdown';

/** Elements that are drawn by their own name. */
const TAGS = new Set([
  ...['p', 'blockquote', 'ul', 'ol', 'li', 'hr', 'br'],
  ...['thead', 'tbody', 'tr', 'th', 'td', 'strong', 'em', 's'],
]);

/** Elements whose text may run from right to left, whatever the others do. A list has its marks there. */
const DIRECTED_TAGS = new Set(['p', 'ul', 'ol', 'th', 'td']);

/** A text stands below the title of its page and of its part: its first heading is of level 3. */
const HEADING_SHIFT = 2;
const HEADINGS = new Map([1, 2, 3, 4, 5, 6].map((level) => [`h${level}`, level]));

/** One block of a text. It is drawn again only if it has changed. */
export const MarkdownBlock = memo(function MarkdownBlock({ json }: { json: string }) {
  const node = useMemo(() => JSON.parse(json) as MarkdownNode, [json]);
  return renderNode(node, 0);
});

function renderNode(node: MarkdownNode, key: number): ReactNode {
  if (typeof node === 'string') return node;
  switch (node.tag) {
    case 'a':
      return (
        <Link key={key} href={node.href} target="_blank" rel="noreferrer noopener">
          {renderChildren(node)}
        </Link>
      );
    case 'code':
      return <Code key={key}>{renderChildren(node)}</Code>;
    case 'pre':
      return (
        <CodeBlock key={key} text={(node.children ?? []).join('')} label="Copy this command" />
      );
    case 'table':
      return (
        <ScrollBox key={key} className="table" label="Table">
          <table>{renderChildren(node)}</table>
        </ScrollBox>
      );
    default:
      return renderPlainElement(node, key);
  }
}

function renderPlainElement(node: MarkdownElement, key: number): ReactNode {
  const level = HEADINGS.get(node.tag);
  if (level !== undefined) return renderHeading(node, level, key);
  if (!TAGS.has(node.tag)) return renderChildren(node);
  const style = node.align && { textAlign: node.align };
  const dir = DIRECTED_TAGS.has(node.tag) ? 'auto' : undefined;
  return createElement(node.tag, { key, start: node.start, style, dir }, ...renderChildren(node));
}

function renderHeading(node: MarkdownElement, level: number, key: number): ReactNode {
  const tag = `h${Math.min(6, level + HEADING_SHIFT)}`;
  const props = { key, dir: 'auto', 'data-level': level };
  return createElement(tag, props, ...renderChildren(node));
}

function renderChildren({ children = [] }: MarkdownElement): ReactNode[] {
  return children.map(renderNode);
}

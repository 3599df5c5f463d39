import { Code, Link } from '@radix-ui/themes';
import { createElement, memo, type ReactNode, useMemo } from 'react';

import { CopyButton } from '../ui/CopyButton';
import type { MarkdownElement, MarkdownNode } from './parseMarkdown';

/** Elements that are drawn by their own name. */
const TAGS = new Set([
  ...['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'li', 'hr', 'br'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td', 'strong', 'em', 's'],
]);

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
        <div key={key} className="command">
          <pre tabIndex={0}>
            <Code>{renderChildren(node)}</Code>
          </pre>
          <CopyButton text={(node.children ?? []).join('')} label="Copy this command" />
        </div>
      );
    default:
      return renderPlainElement(node, key);
  }
}

function renderPlainElement(node: MarkdownElement, key: number): ReactNode {
  if (!TAGS.has(node.tag)) return renderChildren(node);
  const style = node.align && { textAlign: node.align };
  return createElement(node.tag, { key, start: node.start, style }, ...renderChildren(node));
}

function renderChildren({ children = [] }: MarkdownElement): ReactNode[] {
  return children.map(renderNode);
}

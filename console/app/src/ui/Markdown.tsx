import { Code, Link } from '@radix-ui/themes';
import { isValidElement, type ReactElement, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';

import { CopyButton } from './CopyButton';

const COMPONENTS: Components = {
  a: ({ href, children }) => (
    <Link href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </Link>
  ),
  // Images become links: loading one would send the address of the reader to a third party.
  img: ({ src, alt }) => (
    <Link
      href={typeof src === 'string' ? src : undefined}
      target="_blank"
      rel="noreferrer noopener"
    >
      {alt || 'Image'}
    </Link>
  ),
  code: ({ className, children }) => <Code className={className}>{children}</Code>,
  pre: ({ children }) => (
    <div className="command">
      <pre tabIndex={0}>{children}</pre>
      <CopyButton text={extractText(children)} label="Copy this command" />
    </div>
  ),
};

function extractText(node: ReactNode): string {
  if (typeof node === 'string') return node.replace(/\n$/, '');
  if (Array.isArray(node)) return node.map(extractText).join('');
  if (isValidElement(node))
    return extractText((node as ReactElement<{ children?: ReactNode }>).props.children);
  return '';
}

/** Markdown from the assistant or from users. HTML in it is escaped. */
export function Markdown({ children }: { children: string }) {
  return (
    <div className="markdown">
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={COMPONENTS}>
        {children}
      </ReactMarkdown>
    </div>
  );
}

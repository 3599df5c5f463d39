import { Code, Link } from '@radix-ui/themes';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';

const parts: Components = {
  a: ({ href, children }) => (
    <Link href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </Link>
  ),
  // Loading a picture would tell somebody else who reads this.
  img: ({ src, alt }) => (
    <Link href={typeof src === 'string' ? src : undefined} rel="noreferrer noopener">
      {alt || 'Image'}
    </Link>
  ),
  code: ({ className, children }) => <Code className={className}>{children}</Code>,
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
};

/** Text of the assistant or of people. HTML in it is shown, never run. */
export function Markdown({ children }: { children: string }) {
  return (
    <div className="markdown">
      <ReactMarkdown remarkPlugins={[remarkGfm]} components={parts}>
        {children}
      </ReactMarkdown>
    </div>
  );
}

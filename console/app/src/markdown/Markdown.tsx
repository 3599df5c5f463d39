import { MarkdownBlock } from './MarkdownBlock';
import { PlainText } from './PlainText';
import { TextErrorBoundary } from './TextErrorBoundary';
import { useMarkdown } from './useMarkdown';

/** Markdown from the assistant or from users. HTML in it is escaped. */
export function Markdown({ children }: { children: string }) {
  return (
    <TextErrorBoundary text={children}>
      <MarkdownText text={children} />
    </TextErrorBoundary>
  );
}

function MarkdownText({ text }: { text: string }) {
  const blocks = useMarkdown(text);
  if (blocks === null) return <PlainText text={text} />;
  return (
    <div className="markdown">
      {blocks.map((json, index) => (
        <MarkdownBlock key={index} json={json} />
      ))}
    </div>
  );
}

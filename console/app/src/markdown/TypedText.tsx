import { useMemo } from 'react';

import { CodeBlock } from './CodeBlock';
import { PlainText } from './PlainText';
import { splitFences } from './splitFences';

/** What a person has typed: shown as typed, no Markdown. A block between fences is a log or code. */
export function TypedText({ text }: { text: string }) {
  const parts = useMemo(() => splitFences(text), [text]);
  return parts.map((part, index) =>
    part.isCode ? (
      <CodeBlock key={index} text={part.text} label="Copy this text" />
    ) : (
      <PlainText key={index} text={part.text} />
    ),
  );
}

import { Button, Link } from '@radix-ui/themes';
import { useState } from 'react';

import { MAX_PLAIN_CHARACTERS } from './limits';
import { splitLinks } from './splitLinks';

/** A text as it is, with its spaces and line breaks. Of a very long one the beginning. */
export function PlainText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = text.length > MAX_PLAIN_CHARACTERS && !isWhole;
  const parts = splitLinks(isCut ? text.slice(0, MAX_PLAIN_CHARACTERS) : text);
  return (
    <>
      <div className="plain-text" dir="auto">
        {parts.map((part, index) =>
          typeof part === 'string' ? (
            part
          ) : (
            <Link key={index} href={part.href} target="_blank" rel="noreferrer noopener">
              {part.href}
            </Link>
          ),
        )}
      </div>
      {isCut && (
        <Button size="1" variant="soft" mt="2" onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString('en')} characters
        </Button>
      )}
    </>
  );
}

import { Button } from '@radix-ui/themes';
import { useState } from 'react';

import { MAX_PLAIN_CHARACTERS } from './limits';

/** A text as it is, with its line breaks. Of a very long one the beginning. */
export function PlainText({ text }: { text: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = text.length > MAX_PLAIN_CHARACTERS && !isWhole;
  return (
    <>
      <div className="plain-text">{isCut ? text.slice(0, MAX_PLAIN_CHARACTERS) : text}</div>
      {isCut && (
        <Button size="1" variant="soft" mt="2" onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString('en')} characters
        </Button>
      )}
    </>
  );
}

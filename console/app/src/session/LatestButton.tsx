import { Button } from '@radix-ui/themes';
import { ArrowDown } from 'lucide-react';

import type { BottomSticker } from './useStickToBottom';

/** Leads to the end of a session for a user who has scrolled up. */
export function LatestButton({ isAtBottom, scrollToBottom }: BottomSticker) {
  if (isAtBottom) return null;
  return (
    <Button className="to-latest" variant="surface" size="1" onClick={scrollToBottom}>
      <ArrowDown size={14} aria-hidden /> To the latest
    </Button>
  );
}

import { Button, Callout } from '@radix-ui/themes';
import { RefreshCw } from 'lucide-react';

interface Props {
  /** Null if the reason is unknown, as after a reload. */
  reason: string | null;
  onRegenerate: (() => void) | null;
}

export function UnansweredNotice({ reason, onRegenerate }: Props) {
  return (
    <Callout.Root color="amber" role="alert" mb="3">
      <Callout.Text>{reason ?? 'This message has not been answered.'}</Callout.Text>
      {onRegenerate && (
        <Button
          variant="soft"
          color="amber"
          size="1"
          onClick={onRegenerate}
          className="callout-button"
        >
          <RefreshCw size={14} aria-hidden /> Answer again
        </Button>
      )}
    </Callout.Root>
  );
}

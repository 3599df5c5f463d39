import { Button, Callout } from '@radix-ui/themes';
import { RefreshCw } from 'lucide-react';

interface Props {
  /** Why; null where that is not known any more. */
  reason: string | null;
  onRegenerate: (() => void) | null;
}

export function UnansweredNotice({ reason: trouble, onRegenerate: again }: Props) {
  return (
    <Callout.Root color="amber" role="alert" mb="3">
      <Callout.Text>{trouble ?? 'This message has not been answered.'}</Callout.Text>
      {again && (
        <Button variant="soft" color="amber" size="1" onClick={again} className="callout-button">
          <RefreshCw size={14} aria-hidden /> Answer again
        </Button>
      )}
    </Callout.Root>
  );
}

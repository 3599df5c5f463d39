import { Button } from '@radix-ui/themes';

import type { BottomSticker } from './useStickToBottom';

interface Props {
  label: string;
  sticker: BottomSticker;
  onClick: () => void;
}

/** Loads what is earlier above what is shown, which stays where it is. */
export function EarlierButton({ label, sticker: { container, keepPlace }, onClick }: Props) {
  function load() {
    const first = container.current?.querySelector('li');
    if (first) keepPlace(first);
    onClick();
  }
  return (
    <Button variant="soft" mb="3" onClick={load}>
      {label}
    </Button>
  );
}

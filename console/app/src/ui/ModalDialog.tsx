import { Dialog, IconButton } from '@radix-ui/themes';
import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';

interface Props {
  title: string;
  description: string;
  close: () => void;
  children: ReactNode;
}

/** A dialog. It is there as long as it is rendered; Escape and the cross ask to close it. */
export function ModalDialog({ title, description, close, children }: Props) {
  const [opener] = useState(() => document.activeElement);

  function goBack(event: Event) {
    event.preventDefault();
    const isThere = opener instanceof HTMLElement && opener.isConnected;
    (isThere ? opener : document.getElementById('content'))?.focus({ preventScroll: true });
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Content maxWidth="42rem" onCloseAutoFocus={goBack}>
        <Dialog.Title mr="6">{title}</Dialog.Title>
        <Dialog.Description size="2" color="gray" mb="4">
          {description}
        </Dialog.Description>
        <Dialog.Close>
          <IconButton variant="ghost" color="gray" aria-label="Close" className="cross">
            <X size={18} aria-hidden />
          </IconButton>
        </Dialog.Close>
        {children}
      </Dialog.Content>
    </Dialog.Root>
  );
}

import { Dialog, IconButton } from '@radix-ui/themes';
import { X } from 'lucide-react';
import { type ReactNode, useState } from 'react';

interface Props {
  title: string;
  description: string;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog, open while it is rendered. Escape and the close button call `onClose`. */
export function ModalDialog({ title, description, onClose, children }: Props) {
  const [opener] = useState(() => document.activeElement);

  function restoreFocus(event: Event) {
    event.preventDefault();
    const isAttached = opener instanceof HTMLElement && opener.isConnected;
    (isAttached ? opener : document.getElementById('content'))?.focus({ preventScroll: true });
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Content maxWidth="42rem" onCloseAutoFocus={restoreFocus}>
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

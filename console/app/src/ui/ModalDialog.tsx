import { Dialog, IconButton } from '@radix-ui/themes';
import { X } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';

import { findFirstField } from './firstField';

interface Props {
  title: string;
  description: string;
  onClose: () => void;
  children: ReactNode;
}

/**
 * A modal dialog, open while it is rendered. Escape and the close button call `onClose`. It opens
 * with the focus in its first field, else on itself: never on a button, which a space would press.
 */
export function ModalDialog({ title, description, onClose, children }: Props) {
  const [opener] = useState(() => document.activeElement);
  const content = useRef<HTMLDivElement>(null);

  function focusFirstField(event: Event) {
    event.preventDefault();
    if (content.current) (findFirstField(content.current) ?? content.current).focus();
  }

  function restoreFocus(event: Event) {
    event.preventDefault();
    const isAttached = opener instanceof HTMLElement && opener.isConnected;
    (isAttached ? opener : document.getElementById('content'))?.focus({ preventScroll: true });
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Content
        ref={content}
        maxWidth="42rem"
        tabIndex={-1}
        onOpenAutoFocus={focusFirstField}
        onCloseAutoFocus={restoreFocus}
      >
        <Dialog.Title mr="6">{title}</Dialog.Title>
        <Dialog.Description size="2" color="gray" mb="4">
          {description}
        </Dialog.Description>
        {children}
        {/* The last one to reach with the Tab key. It is drawn in the corner. */}
        <Dialog.Close>
          <IconButton variant="ghost" color="gray" aria-label="Close" className="cross">
            <X size={18} aria-hidden />
          </IconButton>
        </Dialog.Close>
      </Dialog.Content>
    </Dialog.Root>
  );
}

import { Flex, TextArea } from '@radix-ui/themes';
import type { FormEvent } from 'react';

import { useResultMutation } from '../api/useResultMutation';
import { DialogButtons } from '../ui/DialogButtons';
import { useDraft } from '../ui/useDraft';
import { Field } from '../ui/Field';
import { MutationError } from '../ui/MutationError';
import { ModalDialog } from '../ui/ModalDialog';
import { ABANDON_MUTATION } from './abandon';

interface Props {
  id: string;
  close: () => void;
}

export function AbandonDialog({ id, close }: Props) {
  const reason = useDraft(`close.${id}`);
  const { run, isRunning, failure } = useResultMutation(ABANDON_MUTATION);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const done = await run({ input: { sessionId: id, reason: reason.text.trim() || null } });
    if (done === null) return;
    reason.clear();
    close();
  }

  return (
    <ModalDialog
      title="Close without a solution"
      description="Nothing is lost: the session stays in the history and can be reopened."
      close={close}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Flex direction="column" gap="4">
          <Field label="Why, if you like">
            <TextArea
              rows={2}
              value={reason.text}
              onChange={(event) => reason.type(event.target.value)}
            />
          </Field>
          <MutationError failure={failure} />
          <DialogButtons label="Close the session" isRunning={isRunning} cancel={close} />
        </Flex>
      </form>
    </ModalDialog>
  );
}

import { Flex, TextArea } from '@radix-ui/themes';
import type { FormEvent } from 'react';

import { useResultMutation } from '../api/useResultMutation';
import { CharacterCount } from '../ui/CharacterCount';
import { isTooLong } from '../ui/characterCount';
import { DialogButtons } from '../ui/DialogButtons';
import { Field } from '../ui/Field';
import { MAX_REASON_CHARS } from '../ui/limits';
import { ModalDialog } from '../ui/ModalDialog';
import { MutationError } from '../ui/MutationError';
import { submitOnCtrlEnter } from '../ui/submitOnCtrlEnter';
import { useDraft } from '../ui/useDraft';
import { ABANDON_MUTATION } from './lifecycleMutations';

interface Props {
  id: string;
  onClose: () => void;
}

export function AbandonDialog({ id, onClose }: Props) {
  const reason = useDraft(`close.${id}`);
  const { run, isRunning, failure } = useResultMutation(ABANDON_MUTATION);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const done = await run({ input: { sessionId: id, reason: reason.text.trim() || null } });
    if (done === null) return;
    reason.clear();
    onClose();
  }

  return (
    <ModalDialog
      title="Close without a solution"
      description="Nothing is lost: the session stays in the history and can be reopened."
      onClose={onClose}
    >
      <form onSubmit={(event) => void submit(event)} onKeyDown={submitOnCtrlEnter}>
        <Flex direction="column" gap="4">
          <Field label="Why, if you like">
            <TextArea
              rows={2}
              dir="auto"
              value={reason.text}
              onChange={(event) => reason.setText(event.target.value)}
            />
            <CharacterCount text={reason.text} max={MAX_REASON_CHARS} />
          </Field>
          <MutationError failure={failure} />
          <DialogButtons
            label="Close the session"
            isRunning={isRunning}
            isReady={!isTooLong(reason.text, MAX_REASON_CHARS)}
            onCancel={onClose}
          />
        </Flex>
      </form>
    </ModalDialog>
  );
}

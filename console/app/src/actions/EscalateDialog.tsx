import { Flex, TextArea } from '@radix-ui/themes';
import { type FormEvent, useState } from 'react';

import { useResultMutation } from '../api/useResultMutation';
import { GeneratedDocumentsDialog } from '../documents/GeneratedDocumentsDialog';
import type { GenerationKind } from '../gql/graphql';
import { CharacterCount } from '../ui/CharacterCount';
import { isTooLong } from '../ui/characterCount';
import { DialogButtons } from '../ui/DialogButtons';
import { Field } from '../ui/Field';
import { MAX_REASON_CHARS } from '../ui/limits';
import { ModalDialog } from '../ui/ModalDialog';
import { MutationError } from '../ui/MutationError';
import { submitOnCtrlEnter } from '../ui/submitOnCtrlEnter';
import { useDraft } from '../ui/useDraft';
import { ColleagueSelect } from './ColleagueSelect';
import { ESCALATE_MUTATION } from './escalate';

interface Props {
  id: string;
  onClose: () => void;
}

export function EscalateDialog({ id, onClose }: Props) {
  const reason = useDraft(`escalate.${id}`);
  const [toUserId, setToUserId] = useState('');
  const [generations, setGenerations] = useState<{ id: string; kind: GenerationKind }[] | null>(
    null,
  );
  const { run, isRunning, failure } = useResultMutation(ESCALATE_MUTATION, {
    keyName: `escalate.${id}`,
  });

  async function submit(event: FormEvent) {
    event.preventDefault();
    const input = { sessionId: id, reason: reason.text.trim(), toUserId: toUserId || null };
    const done = await run({ input });
    if (done === null) return;
    reason.clear();
    setGenerations(done.generation ? [done.generation] : []);
  }

  if (generations) {
    return (
      <GeneratedDocumentsDialog
        title="Escalated"
        generations={generations}
        emptyDescription="No package is written, because the quota of the assistant is used up. Whoever claims the session finds everything in it."
        onClose={onClose}
      />
    );
  }
  return (
    <ModalDialog
      title="Escalate"
      description="Hands the session on, with a package of everything found so far."
      onClose={onClose}
    >
      <form onSubmit={(event) => void submit(event)} onKeyDown={submitOnCtrlEnter}>
        <Flex direction="column" gap="4">
          <Field label="Why">
            <TextArea
              rows={3}
              dir="auto"
              aria-required
              value={reason.text}
              onChange={(event) => reason.setText(event.target.value)}
            />
            <CharacterCount text={reason.text} max={MAX_REASON_CHARS} />
          </Field>
          <ColleagueSelect value={toUserId} onChange={setToUserId} />
          <MutationError failure={failure} />
          <DialogButtons
            label="Escalate"
            color="red"
            isRunning={isRunning}
            isReady={reason.text.trim() !== '' && !isTooLong(reason.text, MAX_REASON_CHARS)}
            onCancel={onClose}
          />
        </Flex>
      </form>
    </ModalDialog>
  );
}

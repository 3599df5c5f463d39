import { Flex, TextArea } from '@radix-ui/themes';
import { type FormEvent, useState } from 'react';

import { useResultMutation } from '../api/useResultMutation';
import { GeneratedDocumentsDialog } from '../documents/GeneratedDocumentsDialog';
import type { GenerationKind } from '../gql/graphql';
import { DialogButtons } from '../ui/DialogButtons';
import { useDraft } from '../ui/useDraft';
import { Field } from '../ui/Field';
import { MutationError } from '../ui/MutationError';
import { ModalDialog } from '../ui/ModalDialog';
import { ColleagueSelect } from './ColleagueSelect';
import { ESCALATE_MUTATION } from './escalate';

interface Props {
  id: string;
  close: () => void;
}

export function EscalateDialog({ id, close }: Props) {
  const reason = useDraft(`escalate.${id}`);
  const [to, setTo] = useState('');
  const [writing, setWriting] = useState<{ id: string; kind: GenerationKind }[] | null>(null);
  const { run, isRunning, failure } = useResultMutation(ESCALATE_MUTATION);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const input = { sessionId: id, reason: reason.text.trim(), toUserId: to || null };
    const done = await run({ input });
    if (done === null) return;
    reason.clear();
    setWriting(done.generation ? [done.generation] : []);
  }

  if (writing) {
    return (
      <GeneratedDocumentsDialog
        title="Escalated"
        generations={writing}
        emptyDescription="No package is written: what may be spent on the assistant for now is spent. Whoever claims the session finds everything in it."
        close={close}
      />
    );
  }
  return (
    <ModalDialog
      title="Escalate"
      description="Hands the session on, with a package of everything found so far."
      close={close}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Flex direction="column" gap="4">
          <Field label="Why">
            <TextArea
              rows={3}
              value={reason.text}
              onChange={(event) => reason.type(event.target.value)}
            />
          </Field>
          <ColleagueSelect value={to} onChange={setTo} />
          <MutationError failure={failure} />
          <DialogButtons
            label="Escalate"
            color="red"
            isRunning={isRunning}
            isReady={reason.text.trim() !== ''}
            cancel={close}
          />
        </Flex>
      </form>
    </ModalDialog>
  );
}

import { Flex, TextArea } from '@radix-ui/themes';
import { type FormEvent, useState } from 'react';

import { useAction } from '../api/useResultMutation';
import { WrittenSheet } from '../documents/GeneratedDocumentsDialog';
import type { GenerationKind } from '../gql/graphql';
import { DialogButtons } from '../ui/DialogButtons';
import { useDraft } from '../ui/useDraft';
import { Field } from '../ui/Field';
import { Refused } from '../ui/MutationError';
import { Sheet } from '../ui/ModalDialog';
import { Colleague } from './ColleagueSelect';
import { Escalate } from './escalate';

interface Props {
  id: string;
  close: () => void;
}

export function EscalateDialog({ id, close }: Props) {
  const reason = useDraft(`escalate.${id}`);
  const [to, setTo] = useState('');
  const [writing, setWriting] = useState<{ id: string; kind: GenerationKind }[] | null>(null);
  const { run, isRunning, failure } = useAction(Escalate);

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
      <WrittenSheet
        title="Escalated"
        generations={writing}
        none="No package is written: what may be spent on the assistant for now is spent. Whoever claims the session finds everything in it."
        close={close}
      />
    );
  }
  return (
    <Sheet
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
          <Colleague value={to} change={setTo} />
          <Refused failure={failure} />
          <DialogButtons
            label="Escalate"
            color="red"
            isRunning={isRunning}
            isReady={reason.text.trim() !== ''}
            cancel={close}
          />
        </Flex>
      </form>
    </Sheet>
  );
}

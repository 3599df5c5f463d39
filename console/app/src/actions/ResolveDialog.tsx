import { CheckboxGroup, Flex, TextArea } from '@radix-ui/themes';
import { type FormEvent, useState } from 'react';

import { useAction } from '../api/useResultMutation';
import { WrittenSheet } from '../documents/GeneratedDocumentsDialog';
import type { DocumentKind, GenerationKind } from '../gql/graphql';
import { Choices } from '../ui/Fieldset';
import { DialogButtons } from '../ui/DialogButtons';
import { useDraft } from '../ui/useDraft';
import { Field } from '../ui/Field';
import { Refused } from '../ui/MutationError';
import { Sheet } from '../ui/ModalDialog';
import { inWords } from '../ui/format';
import { Resolve } from './resolve';

const KINDS: DocumentKind[] = ['TICKET_NOTES', 'KNOWLEDGE_ARTICLE', 'CLIENT_SUMMARY'];

interface Props {
  id: string;
  close: () => void;
}

export function ResolveDialog({ id, close }: Props) {
  const summary = useDraft(`resolve.${id}`);
  const [kinds, setKinds] = useState<DocumentKind[]>(['TICKET_NOTES']);
  const [writing, setWriting] = useState<{ id: string; kind: GenerationKind }[] | null>(null);
  const { run, isRunning, failure } = useAction(Resolve);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const input = {
      sessionId: id,
      resolutionSummary: summary.text.trim() || null,
      documents: kinds,
    };
    const done = await run({ input });
    if (done === null) return;
    summary.clear();
    if (done.generations.length === 0) close();
    else setWriting(done.generations);
  }

  if (writing) return <WrittenSheet title="Resolved" generations={writing} close={close} />;
  return (
    <Sheet title="Resolve" description="Closes the session as solved." close={close}>
      <form onSubmit={(event) => void submit(event)}>
        <Flex direction="column" gap="4">
          <Field
            label="What solved it"
            hint="A guided session that has ended in a solution knows by itself: leave it empty."
          >
            <TextArea
              rows={3}
              value={summary.text}
              onChange={(event) => summary.type(event.target.value)}
            />
          </Field>
          <Choices label="To be written about it">
            <CheckboxGroup.Root
              value={kinds}
              onValueChange={(values) => setKinds(values as DocumentKind[])}
            >
              {KINDS.map((kind) => (
                <CheckboxGroup.Item key={kind} value={kind}>
                  {inWords(kind)}
                </CheckboxGroup.Item>
              ))}
            </CheckboxGroup.Root>
          </Choices>
          <Refused failure={failure} />
          <DialogButtons label="Resolve" color="green" isRunning={isRunning} cancel={close} />
        </Flex>
      </form>
    </Sheet>
  );
}

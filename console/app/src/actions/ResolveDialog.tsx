import { CheckboxGroup, Flex, TextArea } from '@radix-ui/themes';
import { type FormEvent, useState } from 'react';

import { useResultMutation } from '../api/useResultMutation';
import { GeneratedDocumentsDialog } from '../documents/GeneratedDocumentsDialog';
import type { DocumentKind, GenerationKind } from '../gql/graphql';
import { Fieldset } from '../ui/Fieldset';
import { DialogButtons } from '../ui/DialogButtons';
import { useDraft } from '../ui/useDraft';
import { Field } from '../ui/Field';
import { MutationError } from '../ui/MutationError';
import { ModalDialog } from '../ui/ModalDialog';
import { sentenceCase } from '../ui/format';
import { RESOLVE_MUTATION } from './resolve';

const DOCUMENT_KINDS: DocumentKind[] = ['TICKET_NOTES', 'KNOWLEDGE_ARTICLE', 'CLIENT_SUMMARY'];

interface Props {
  id: string;
  close: () => void;
}

export function ResolveDialog({ id, close }: Props) {
  const summary = useDraft(`resolve.${id}`);
  const [kinds, setKinds] = useState<DocumentKind[]>(['TICKET_NOTES']);
  const [writing, setWriting] = useState<{ id: string; kind: GenerationKind }[] | null>(null);
  const { run, isRunning, failure } = useResultMutation(RESOLVE_MUTATION);

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

  if (writing)
    return <GeneratedDocumentsDialog title="Resolved" generations={writing} close={close} />;
  return (
    <ModalDialog title="Resolve" description="Closes the session as solved." close={close}>
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
          <Fieldset label="To be written about it">
            <CheckboxGroup.Root
              value={kinds}
              onValueChange={(values) => setKinds(values as DocumentKind[])}
            >
              {DOCUMENT_KINDS.map((kind) => (
                <CheckboxGroup.Item key={kind} value={kind}>
                  {sentenceCase(kind)}
                </CheckboxGroup.Item>
              ))}
            </CheckboxGroup.Root>
          </Fieldset>
          <MutationError failure={failure} />
          <DialogButtons label="Resolve" color="green" isRunning={isRunning} cancel={close} />
        </Flex>
      </form>
    </ModalDialog>
  );
}

import { CheckboxGroup, Flex, TextArea } from '@radix-ui/themes';
import { type FormEvent, useState } from 'react';

import { useResultMutation } from '../api/useResultMutation';
import { GeneratedDocumentsDialog } from '../documents/GeneratedDocumentsDialog';
import type { DocumentKind, GenerationKind } from '../gql/graphql';
import { DialogButtons } from '../ui/DialogButtons';
import { Field } from '../ui/Field';
import { Fieldset } from '../ui/Fieldset';
import { sentenceCase } from '../ui/format';
import { ModalDialog } from '../ui/ModalDialog';
import { MutationError } from '../ui/MutationError';
import { useDraft } from '../ui/useDraft';
import { RESOLVE_MUTATION } from './resolve';

const DOCUMENT_KINDS: DocumentKind[] = ['TICKET_NOTES', 'KNOWLEDGE_ARTICLE', 'CLIENT_SUMMARY'];

interface Props {
  id: string;
  onClose: () => void;
}

export function ResolveDialog({ id, onClose }: Props) {
  const summary = useDraft(`resolve.${id}`);
  const [kinds, setKinds] = useState<DocumentKind[]>(['TICKET_NOTES']);
  const [generations, setGenerations] = useState<{ id: string; kind: GenerationKind }[] | null>(
    null,
  );
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
    if (done.generations.length === 0) onClose();
    else setGenerations(done.generations);
  }

  if (generations)
    return (
      <GeneratedDocumentsDialog title="Resolved" generations={generations} onClose={onClose} />
    );
  return (
    <ModalDialog title="Resolve" description="Closes the session as solved." onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Flex direction="column" gap="4">
          <Field
            label="What solved it"
            hint="A guided session that has ended in a solution knows by itself: leave it empty."
          >
            <TextArea
              rows={3}
              value={summary.text}
              onChange={(event) => summary.setText(event.target.value)}
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
          <DialogButtons label="Resolve" color="green" isRunning={isRunning} onCancel={onClose} />
        </Flex>
      </form>
    </ModalDialog>
  );
}

import { useQuery } from '@apollo/client/react';
import { Checkbox, CheckboxGroup, Flex, Text, TextArea } from '@radix-ui/themes';
import { type FormEvent, useState } from 'react';

import { useIdempotencyKey } from '../api/useIdempotencyKey';
import { useResultMutation } from '../api/useResultMutation';
import { GeneratedDocumentsDialog } from '../documents/GeneratedDocumentsDialog';
import { graphql } from '../gql';
import type { DocumentKind, GenerationKind, RespondToStepInput } from '../gql/graphql';
import { RESPOND_TO_STEP_MUTATION } from '../guided/respondToStep';
import { CharacterCount } from '../ui/CharacterCount';
import { isTooLong } from '../ui/characterCount';
import { DialogButtons } from '../ui/DialogButtons';
import { Field } from '../ui/Field';
import { Fieldset } from '../ui/Fieldset';
import { sentenceCase } from '../ui/format';
import { MAX_REASON_CHARS } from '../ui/limits';
import { ModalDialog } from '../ui/ModalDialog';
import { MutationError } from '../ui/MutationError';
import { stripMarkdown } from '../ui/stripMarkdown';
import { submitOnCtrlEnter } from '../ui/submitOnCtrlEnter';
import { useDraft } from '../ui/useDraft';
import { findSummaryRule } from './resolutionSummary';
import { RESOLVE_MUTATION } from './resolve';

const RESOLVE_DIALOG_QUERY = graphql(`
  query ResolveDialog($id: ID!) {
    session(id: $id) {
      ...ResolvableSession @unmask
    }
  }

  fragment ResolvableSession on AISession {
    __typename
    id
    stepCount
    ... on GuidedSession {
      currentStep {
        id
        stepType
        content
        options {
          value
        }
        answer {
          option {
            value
          }
        }
        # Options and answers have no id: the cache would lose what the page shows of them.
        ...StepCard
      }
    }
  }
`);

const DOCUMENT_KINDS: DocumentKind[] = ['TICKET_NOTES', 'KNOWLEDGE_ARTICLE', 'CLIENT_SUMMARY'];

interface Props {
  id: string;
  onClose: () => void;
}

export function ResolveDialog({ id, onClose }: Props) {
  const summary = useDraft(`resolve.${id}`);
  const [kinds, setKinds] = useState<DocumentKind[]>(['TICKET_NOTES']);
  const [isConfirmed, setConfirmed] = useState(false);
  const [generations, setGenerations] = useState<{ id: string; kind: GenerationKind }[] | null>(
    null,
  );
  const { data } = useQuery(RESOLVE_DIALOG_QUERY, {
    variables: { id },
    fetchPolicy: 'cache-and-network',
  });
  const { isRequired, hint, confirmation } = findSummaryRule(data?.session ?? null);
  const confirming = useConfirmation(id);
  const resolving = useResultMutation(RESOLVE_MUTATION, { keyName: `resolve.${id}` });
  const confirms = confirmation !== null && isConfirmed;
  const text = summary.text.trim();
  const isReady = (!isRequired || confirms || text !== '') && !isTooLong(text, MAX_REASON_CHARS);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!isReady) return;
    if (confirms && !(await confirming.confirm(confirmation))) return;
    const input = { sessionId: id, resolutionSummary: text || null, documents: kinds };
    const done = await resolving.run({ input });
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
      <form onSubmit={(event) => void submit(event)} onKeyDown={submitOnCtrlEnter}>
        <Flex direction="column" gap="4">
          {confirmation && (
            <Text as="label" size="2" className="breaks">
              <Flex gap="2">
                <Checkbox
                  checked={isConfirmed}
                  onCheckedChange={(checked) => setConfirmed(checked === true)}
                />
                <span className="clamped" dir="auto">
                  The suggested solution solved it: {stripMarkdown(confirmation.suggestion)}
                </span>
              </Flex>
            </Text>
          )}
          <Field label="What solved it" hint={hint}>
            <TextArea
              rows={3}
              dir="auto"
              aria-required={isRequired && !confirms}
              value={summary.text}
              onChange={(event) => summary.setText(event.target.value)}
            />
            <CharacterCount text={summary.text} max={MAX_REASON_CHARS} />
          </Field>
          <Fieldset label="Documents to write">
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
          <MutationError failure={confirming.failure ?? resolving.failure} />
          <DialogButtons
            label="Resolve"
            color="green"
            isRunning={confirming.isRunning || resolving.isRunning}
            isReady={isReady}
            onCancel={onClose}
          />
        </Flex>
      </form>
    </ModalDialog>
  );
}

/** Confirms the suggested solution as the guided session itself does. */
function useConfirmation(sessionId: string) {
  const { withKey, forgetKey } = useIdempotencyKey<RespondToStepInput>(`confirm.${sessionId}`);
  const { run, isRunning, failure } = useResultMutation(RESPOND_TO_STEP_MUTATION, {
    onRefused: forgetKey,
  });

  async function confirm({ stepId, option }: { stepId: string; option: string }) {
    const request = { sessionId, stepId, answer: { option } };
    const done = await run({ input: withKey(request, (one) => one.stepId) });
    if (done !== null) forgetKey();
    return done !== null;
  }

  return { confirm, isRunning, failure };
}

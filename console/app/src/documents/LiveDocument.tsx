import type { FragmentType } from '@apollo/client';
import { Flex, Spinner, Text, TextArea } from '@radix-ui/themes';
import { useState } from 'react';

import { useResumableSubscription } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import type { DocumentEditorFragment, GenerationKind } from '../gql/graphql';
import { type Answer, reduceAnswer } from '../session/answerReducer';
import { sentenceCase } from '../ui/format';
import { MutationError } from '../ui/MutationError';
import { DocumentEditor } from './DocumentEditor';

const LIVE_DOCUMENT_SUBSCRIPTION = graphql(`
  subscription LiveDocument($generationId: ID!, $after: String) {
    generationEvents(generationId: $generationId, after: $after) {
      ...AnswerEvent @unmask
      ... on GenerationCompleted {
        document {
          id
          ...DocumentEditor
        }
      }
    }
  }
`);

interface Props {
  generation: { id: string; kind: GenerationKind };
  canEdit: boolean;
}

/** A document while it is generated, then its editor. */
export function LiveDocument({ generation, canEdit }: Props) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [editable, setEditable] = useState<FragmentType<DocumentEditorFragment> | null>(null);
  const { error } = useResumableSubscription(LIVE_DOCUMENT_SUBSCRIPTION, {
    variables: { generationId: generation.id },
    onData: ({ generationEvents: event }) => {
      setAnswer((before) => reduceAnswer(before, event));
      if (event.__typename === 'GenerationCompleted') setEditable(event.document);
    },
  });
  if (editable && canEdit) return <DocumentEditor document={editable} />;
  const title = sentenceCase(generation.kind);
  const failureReason = error?.message ?? answer?.failureReason ?? null;
  const isWriting = failureReason === null && editable === null;
  return (
    <Flex direction="column" gap="2">
      <Flex align="center" gap="2" role="status">
        <Text weight="bold" size="2">
          {title}
        </Text>
        {isWriting && (
          <>
            <Spinner />
            <Text size="1" color="gray">
              is being written
            </Text>
          </>
        )}
      </Flex>
      <TextArea
        className="editor"
        dir="auto"
        aria-label={title}
        aria-busy={isWriting}
        readOnly
        value={answer?.text ?? ''}
      />
      <MutationError failure={failureReason === null ? null : { message: failureReason }} />
    </Flex>
  );
}

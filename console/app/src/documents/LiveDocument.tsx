import type { FragmentType } from '@apollo/client';
import { Flex, Spinner, Text, TextArea } from '@radix-ui/themes';
import { useState } from 'react';

import { useStream } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import type { DocumentEditorFragment, GenerationKind } from '../gql/graphql';
import { type Answer, after } from '../session/answerReducer';
import { Refused } from '../ui/MutationError';
import { inWords } from '../ui/format';
import { DocumentEditor } from './DocumentEditor';

const LiveDocumentDocument = graphql(`
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
  mayEdit: boolean;
}

/** A document as it is written, and an editor for it once it is. */
export function LiveDocument({ generation, mayEdit }: Props) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [written, setWritten] = useState<FragmentType<DocumentEditorFragment> | null>(null);
  const { error } = useStream(LiveDocumentDocument, {
    variables: { generationId: generation.id },
    onData: ({ generationEvents: event }) => {
      setAnswer((before) => after(before, event));
      if (event.__typename === 'GenerationCompleted') setWritten(event.document);
    },
  });
  if (written && mayEdit) return <DocumentEditor document={written} />;
  const title = inWords(generation.kind);
  const trouble = error?.message ?? answer?.trouble ?? null;
  const isWriting = trouble === null && written === null;
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
        aria-label={title}
        aria-busy={isWriting}
        readOnly
        value={answer?.text ?? ''}
      />
      <Refused failure={trouble === null ? null : { message: trouble }} />
    </Flex>
  );
}

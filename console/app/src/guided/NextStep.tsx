import { useSubscription } from '@apollo/client/react';
import { Card } from '@radix-ui/themes';
import { useState } from 'react';

import { graphql } from '../gql';
import { type Answer, after } from '../session/answer';
import { Writing } from '../session/Writing';

const NextStepDocument = graphql(`
  subscription NextStep($generationId: ID!, $after: String) {
    generationEvents(generationId: $generationId, after: $after) {
      __typename
      cursor
      generation {
        id
      }
      ... on TokenDelta {
        text
      }
      ... on GenerationFailed {
        reason
      }
      ... on GenerationCancelled {
        reason
      }
    }
  }
`);

/** The step being written; a flow's steps come whole, and nothing of them is shown before. */
export function NextStep({ generationId, over }: { generationId: string; over: () => void }) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  useSubscription(NextStepDocument, {
    variables: { generationId },
    ignoreResults: true,
    onData: ({ data: { data } }) => {
      if (data) setAnswer((before) => after(before, data.generationEvents));
    },
    onComplete: over,
  });
  return (
    <Card mt="3">
      <Writing text={answer?.text ?? ''} />
    </Card>
  );
}

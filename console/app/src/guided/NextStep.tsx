import { Button, Card, Flex } from '@radix-ui/themes';
import { Square } from 'lucide-react';
import { useState } from 'react';

import { useAction } from '../api/useResultMutation';
import { useStream } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import { type Answer, after } from '../session/answerReducer';
import { StopGeneration } from '../session/stopGeneration';
import { Writing } from '../session/StreamingText';
import { Refused } from '../ui/MutationError';

const NextStepDocument = graphql(`
  subscription NextStep($generationId: ID!, $after: String) {
    generationEvents(generationId: $generationId, after: $after) {
      ...AnswerEvent @unmask
    }
  }
`);

interface Props {
  generationId: string;
  mayStop: boolean;
  /** With the reason, where there is no step now. */
  over: (trouble: string | null) => void;
}

/** The step being written; a flow's steps come whole, and nothing of them is shown before. */
export function NextStep({ generationId, mayStop, over }: Props) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const { run, isRunning, failure } = useAction(StopGeneration, { changes: ['GuidedPage'] });
  useStream(NextStepDocument, {
    variables: { generationId },
    onLost: () => over(null),
    onData: ({ generationEvents: event }) => {
      setAnswer((before) => after(before, event));
      if ('reason' in event) over(event.reason);
      else if (event.__typename === 'GenerationCompleted') over(null);
    },
  });
  return (
    <Card mt="3">
      <Writing text={answer?.text ?? ''} />
      {mayStop && (
        <Flex justify="end">
          <Button
            variant="soft"
            color="gray"
            loading={isRunning}
            onClick={() => void run({ input: { generationId } })}
          >
            <Square size={14} aria-hidden /> Stop
          </Button>
        </Flex>
      )}
      <Refused failure={failure} />
    </Card>
  );
}

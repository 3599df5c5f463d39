import { Button, Card, Flex } from '@radix-ui/themes';
import { Square } from 'lucide-react';
import { useState } from 'react';

import { useResultMutation } from '../api/useResultMutation';
import { useResumableSubscription } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import { type Answer, reduceAnswer } from '../session/answerReducer';
import { STOP_GENERATION_MUTATION } from '../session/stopGeneration';
import { StreamingText } from '../session/StreamingText';
import { MutationError } from '../ui/MutationError';

const NEXT_STEP_SUBSCRIPTION = graphql(`
  subscription NextStep($generationId: ID!, $after: String) {
    generationEvents(generationId: $generationId, after: $after) {
      ...AnswerEvent @unmask
    }
  }
`);

interface Props {
  generationId: string;
  canStop: boolean;
  /** Called with the reason if the generation failed, else with null. */
  onFinished: (trouble: string | null) => void;
}

/** The step that is being generated. A step of a flow arrives complete, without any text before. */
export function NextStep({ generationId, canStop, onFinished }: Props) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const { run, isRunning, failure } = useResultMutation(STOP_GENERATION_MUTATION, {
    refetchQueries: ['GuidedPage'],
  });
  useResumableSubscription(NEXT_STEP_SUBSCRIPTION, {
    variables: { generationId },
    onLost: () => onFinished(null),
    onData: ({ generationEvents: event }) => {
      setAnswer((before) => reduceAnswer(before, event));
      if ('reason' in event) onFinished(event.reason);
      else if (event.__typename === 'GenerationCompleted') onFinished(null);
    },
  });
  return (
    <Card mt="3">
      <StreamingText text={answer?.text ?? ''} />
      {canStop && (
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
      <MutationError failure={failure} />
    </Card>
  );
}

import type { FragmentType } from '@apollo/client';
import { Button, Callout } from '@radix-ui/themes';
import { useState } from 'react';

import { useFragment } from '../api/useFragment';
import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { GuidedStepsFragment } from '../gql/graphql';
import { ReadOnlyNotice } from '../session/ReadOnlyNotice';
import { REGENERATE_MUTATION } from '../session/regenerate';
import { useStickToBottom } from '../session/useStickToBottom';
import { MutationError } from '../ui/MutationError';
import { FlowSummary } from './FlowSummary';
import { NextStep } from './NextStep';
import { StepCard } from './StepCard';
import { useFocusOnNextStep } from './useFocusOnNextStep';

export const GUIDED_STEPS_FRAGMENT = graphql(`
  fragment GuidedSteps on GuidedSession {
    id
    allowedActions
    activeGeneration {
      id
      kind
    }
    currentStep {
      id
      stepType
      answer {
        option {
          value
        }
      }
    }
    steps(last: 50, before: $before) {
      edges {
        node {
          id
          ...StepCard
        }
      }
      pageInfo {
        hasPreviousPage
        startCursor
      }
    }
    ...FlowSummary
    ...ReadOnlyNotice
  }
`);

// The option of the library by which a technician says that a suggestion has helped.
const SOLVED_OPTION = 'solved';

interface Props {
  session: FragmentType<GuidedStepsFragment>;
  refetch: () => Promise<unknown>;
  loadOlder: (before: string | null) => void;
}

export function GuidedSteps({ session, refetch: again, loadOlder: earlier }: Props) {
  const data = useFragment(GUIDED_STEPS_FRAGMENT, session);
  const { steps, currentStep, activeGeneration } = data;
  const [trouble, setTrouble] = useState<string | null>(null);
  const regenerating = useResultMutation(REGENERATE_MUTATION, { refetchQueries: ['GuidedPage'] });
  const path = useStickToBottom();
  useFocusOnNextStep(path, currentStep?.id);
  const mayAnswer = data.allowedActions.includes('RESPOND_TO_STEP');
  const writing = activeGeneration?.kind === 'GUIDED_STEP' ? activeGeneration.id : null;
  // It is followed to its end, also when the page knows of that first: the end says why.
  const [followed, setFollowed] = useState(writing);
  if (writing !== null && writing !== followed) setFollowed(writing);
  const isSolved =
    currentStep?.stepType === 'RESOLUTION_SUGGESTION' &&
    currentStep.answer?.option?.value === SOLVED_OPTION;
  const isMissing = writing === null && !isSolved && currentStep?.answer !== null;

  function over(reason: string | null) {
    setTrouble(reason);
    again().catch(() => {});
  }

  const nextStep = (color: 'amber' | 'green', words: string) => (
    <Button
      variant="soft"
      color={color}
      size="1"
      className="callout-button"
      loading={regenerating.isRunning}
      onClick={() => void regenerating.run({ input: { sessionId: data.id } })}
    >
      {words}
    </Button>
  );

  return (
    <div ref={path} tabIndex={-1} className="said">
      <div>
        <FlowSummary session={data} />
        {steps.pageInfo.hasPreviousPage && (
          <Button variant="soft" mb="3" onClick={() => earlier(steps.pageInfo.startCursor)}>
            Show earlier steps
          </Button>
        )}
        <ol className="path" aria-label="Steps">
          {steps.edges.map(({ node }) => (
            <StepCard key={node.id} step={node} sessionId={data.id} canAnswer={mayAnswer} />
          ))}
        </ol>
        {followed && (
          <div hidden={writing !== followed}>
            <NextStep
              key={followed}
              generationId={followed}
              canStop={mayAnswer}
              onFinished={over}
            />
          </div>
        )}
        {mayAnswer && isSolved && (
          <Callout.Root color="green">
            <Callout.Text>
              This has solved it. Resolve the session to have it written down.
            </Callout.Text>
            {nextStep('green', 'Not solved after all')}
          </Callout.Root>
        )}
        {mayAnswer && isMissing && (
          <Callout.Root color="amber" role="alert">
            <Callout.Text>{trouble ?? 'The next step has not been written.'}</Callout.Text>
            {nextStep('amber', 'Write it again')}
          </Callout.Root>
        )}
        <MutationError failure={regenerating.failure} />
        {!mayAnswer && <ReadOnlyNotice session={data} />}
      </div>
    </div>
  );
}

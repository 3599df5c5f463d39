import type { FragmentType } from '@apollo/client';
import { Button, Callout } from '@radix-ui/themes';
import { useState } from 'react';

import { useFragment } from '../api/useFragment';
import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { GuidedStepsFragment } from '../gql/graphql';
import { ReadOnlyNotice } from '../session/ReadOnlyNotice';
import { REGENERATE_MUTATION } from '../session/regenerate';
import type { QueryControls } from '../session/SessionPage';
import { useStickToBottom } from '../session/useStickToBottom';
import { MutationError } from '../ui/MutationError';
import { FlowSummary } from './FlowSummary';
import { NextStep } from './NextStep';
import { StepCard } from './StepCard';
import { useFocusOnNextStep } from './useFocusOnNextStep';

const GUIDED_STEPS_FRAGMENT = graphql(`
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

// The option of the flow library that confirms a suggested solution.
const SOLVED_OPTION = 'solved';

interface Props extends QueryControls {
  session: FragmentType<GuidedStepsFragment>;
}

export function GuidedSteps({ session, refetch, loadOlder }: Props) {
  const data = useFragment(GUIDED_STEPS_FRAGMENT, session);
  const { steps, currentStep, activeGeneration } = data;
  const [failureReason, setFailureReason] = useState<string | null>(null);
  const regenerating = useResultMutation(REGENERATE_MUTATION, { refetchQueries: ['GuidedPage'] });
  const container = useStickToBottom();
  useFocusOnNextStep(container, currentStep?.id);
  const canAnswer = data.allowedActions.includes('RESPOND_TO_STEP');
  const canRegenerate = data.allowedActions.includes('REGENERATE');
  // Whoever may pause an active session works on it.
  const canWork = data.allowedActions.includes('PAUSE');
  const generationId = activeGeneration?.kind === 'GUIDED_STEP' ? activeGeneration.id : null;
  // The subscription continues after the page shows the end: the final event has the reason.
  const [followedId, setFollowedId] = useState(generationId);
  if (generationId !== null && generationId !== followedId) setFollowedId(generationId);
  const isSolved =
    currentStep?.stepType === 'RESOLUTION_SUGGESTION' &&
    currentStep.answer?.option?.value === SOLVED_OPTION;
  const isMissing = generationId === null && !isSolved && currentStep?.answer !== null;

  function finishStep(reason: string | null) {
    setFailureReason(reason);
    refetch().catch(() => {});
  }

  const renderNextStepButton = (color: 'amber' | 'green', words: string) => (
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
    <div ref={container} tabIndex={-1} className="said">
      <div>
        <FlowSummary session={data} />
        {steps.pageInfo.hasPreviousPage && (
          <Button variant="soft" mb="3" onClick={() => loadOlder(steps.pageInfo.startCursor)}>
            Show earlier steps
          </Button>
        )}
        <ol className="path" aria-label="Steps">
          {steps.edges.map(({ node }) => (
            <StepCard key={node.id} step={node} sessionId={data.id} canAnswer={canAnswer} />
          ))}
        </ol>
        {followedId && (
          <div hidden={generationId !== followedId}>
            <NextStep
              key={followedId}
              generationId={followedId}
              canStop={canWork}
              onFinished={finishStep}
            />
          </div>
        )}
        {canRegenerate && isSolved && (
          <Callout.Root color="green">
            <Callout.Text>
              This has solved it. Resolve the session to have it written down.
            </Callout.Text>
            {renderNextStepButton('green', 'Not solved after all')}
          </Callout.Root>
        )}
        {canRegenerate && isMissing && (
          <Callout.Root color="amber" role="alert">
            <Callout.Text>{failureReason ?? 'The next step has not been written.'}</Callout.Text>
            {renderNextStepButton('amber', 'Write it again')}
          </Callout.Root>
        )}
        <MutationError failure={regenerating.failure} />
        {!canWork && <ReadOnlyNotice session={data} />}
      </div>
    </div>
  );
}

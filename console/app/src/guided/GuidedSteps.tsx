import type { FragmentType } from '@apollo/client';
import { Button, Callout } from '@radix-ui/themes';
import { useState } from 'react';

import { useFragment } from '../api/useFragment';
import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { GuidedStepsFragment } from '../gql/graphql';
import { EarlierButton } from '../session/EarlierButton';
import { LatestButton } from '../session/LatestButton';
import { ReadOnlyNotice } from '../session/ReadOnlyNotice';
import { REGENERATE_MUTATION } from '../session/regenerate';
import type { QueryControls } from '../session/SessionPage';
import { useStickToBottom } from '../session/useStickToBottom';
import { MutationError } from '../ui/MutationError';
import { useFocusableScroller } from '../ui/useFocusableScroller';
import { useFocusWhenLost } from '../ui/useFocusWhenLost';
import { FlowSummary } from './FlowSummary';
import { NextStep } from './NextStep';
import { isConfirmedSolution } from './solution';
import { StepCard } from './StepCard';

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

interface Props extends QueryControls {
  session: FragmentType<GuidedStepsFragment>;
}

export function GuidedSteps({ session, refetch, loadOlder }: Props) {
  const data = useFragment(GUIDED_STEPS_FRAGMENT, session);
  const { steps, currentStep, activeGeneration } = data;
  const [failureReason, setFailureReason] = useState<string | null>(null);
  const regenerating = useResultMutation(REGENERATE_MUTATION, {
    refetchQueries: ['GuidedPage'],
    // For the step that comes next: after it, the same request is a new one.
    keyName: `regenerate.${data.id}.${currentStep?.id}`,
  });
  const sticker = useStickToBottom();
  const { container } = sticker;
  const isScrollable = useFocusableScroller(container);
  useFocusWhenLost(container, currentStep?.id);
  const canAnswer = data.allowedActions.includes('RESPOND_TO_STEP');
  const canRegenerate = data.allowedActions.includes('REGENERATE');
  // Whoever may pause an active session works on it.
  const canWork = data.allowedActions.includes('PAUSE');
  const generationId = activeGeneration?.kind === 'GUIDED_STEP' ? activeGeneration.id : null;
  // The subscription continues after the page shows the end: the final event has the reason.
  const [followedId, setFollowedId] = useState(generationId);
  if (generationId !== null && generationId !== followedId) setFollowedId(generationId);
  const isSolved = isConfirmedSolution(currentStep);
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
    <>
      <div ref={container} tabIndex={isScrollable ? 0 : -1} className="said">
        <div>
          <h2 className="visually-hidden">Steps</h2>
          <FlowSummary session={data} />
          {steps.pageInfo.hasPreviousPage && (
            <EarlierButton
              label="Show earlier steps"
              sticker={sticker}
              onClick={() => loadOlder(steps.pageInfo.startCursor)}
            />
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
      <div className="foot">
        <LatestButton {...sticker} />
      </div>
    </>
  );
}

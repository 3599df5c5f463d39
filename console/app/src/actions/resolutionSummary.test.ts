import { expect, test } from 'vitest';

import type { ResolvableSessionFragment, StepType } from '../gql/graphql';
import { findSummaryRule } from './resolutionSummary';

const chat = (stepCount: number): ResolvableSessionFragment => ({
  __typename: 'ChatSession',
  id: 's1',
  stepCount,
});

function guided(stepType: StepType, answer: string | null): ResolvableSessionFragment {
  return {
    __typename: 'GuidedSession',
    id: 's1',
    stepCount: 3,
    currentStep: {
      __typename: 'SessionStep',
      id: 'p3',
      stepType,
      content: 'Renew the certificate.',
      options: [
        { __typename: 'StepOption', value: 'solved' },
        { __typename: 'StepOption', value: 'not_solved' },
      ],
      answer: answer === null ? null : { __typename: 'StepAnswer', option: option(answer) },
    },
  };
}

const option = (value: string) => ({ __typename: 'StepOption' as const, value });

test.each([
  ['a chat without an answer', chat(1)],
  ['a guided session with an open question', guided('QUESTION', null)],
  ['a guided session whose suggestion did not help', guided('RESOLUTION_SUGGESTION', 'not_solved')],
  ['a session that is not loaded yet', null],
])('%s needs a summary', (_, session) => {
  expect(findSummaryRule(session)).toMatchObject({ isRequired: true, confirmation: null });
});

test.each([
  ['a chat that was answered', chat(2)],
  ['a guided session with a confirmed solution', guided('RESOLUTION_SUGGESTION', 'solved')],
])('%s needs none', (_, session) => {
  expect(findSummaryRule(session)).toMatchObject({ isRequired: false, confirmation: null });
});

test('a suggested solution can be confirmed instead', () => {
  expect(findSummaryRule(guided('RESOLUTION_SUGGESTION', null))).toMatchObject({
    isRequired: true,
    confirmation: { stepId: 'p3', option: 'solved', suggestion: 'Renew the certificate.' },
  });
});

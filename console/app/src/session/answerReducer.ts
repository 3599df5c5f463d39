import { graphql } from '../gql';
import { assertNever } from '../ui/format';

/** An answer as far as its events have told it. */
export interface Answer {
  id: string;
  text: string;
  failureReason: string | null;
  isFinished: boolean;
  /** The message it has become. */
  messageId: string | null;
}

/** What every answer tells, whatever is written. */
export const ANSWER_EVENT_FRAGMENT = graphql(`
  fragment AnswerEvent on GenerationEvent {
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
`);

export type AnswerEvent = { generation: { id: string } } & (
  | { __typename: 'GenerationStarted' | 'GenerationResumed' }
  | { __typename: 'GenerationCompleted'; message?: { id: string } | null }
  | { __typename: 'TokenDelta'; text: string }
  | { __typename: 'GenerationFailed' | 'GenerationCancelled'; reason: string }
);

export function isFinalEvent({ __typename }: AnswerEvent): boolean {
  return ['GenerationCompleted', 'GenerationFailed', 'GenerationCancelled'].includes(__typename);
}

export function startAnswer(id: string, text = ''): Answer {
  return { id, text, failureReason: null, isFinished: false, messageId: null };
}

/** Without a cursor the first piece is the whole text so far, so that nothing else is needed. */
export function reduceAnswer(answer: Answer | null, event: AnswerEvent): Answer {
  const { id } = event.generation;
  const before = answer?.id === id ? answer : startAnswer(id);
  switch (event.__typename) {
    case 'GenerationStarted':
      // It is told where all the text follows: to whoever had some of it already, once more.
      return startAnswer(id);
    case 'GenerationResumed':
      return before;
    case 'TokenDelta':
      return { ...before, text: before.text + event.text };
    case 'GenerationCompleted':
      return { ...before, isFinished: true, messageId: event.message?.id ?? null };
    case 'GenerationFailed':
    case 'GenerationCancelled':
      return { ...before, isFinished: true, failureReason: event.reason };
    default:
      return assertNever(event);
  }
}

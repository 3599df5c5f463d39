import { graphql } from '../gql';
import { assertNever } from '../ui/assertNever';

/** An answer of the assistant after the last event of its generation. */
export interface Answer {
  id: string;
  text: string;
  failureReason: string | null;
  isFinished: boolean;
  /**
   * The message that there is of the finished answer: the one that it became, or the one that it
   * was to replace.
   */
  messageId: string | null;
}

/** The fields of an event that every kind of generation has. */
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
  | {
      __typename: 'GenerationFailed' | 'GenerationCancelled';
      reason: string;
      message?: { id: string } | null;
    }
);

export function isFinalEvent({ __typename }: AnswerEvent): boolean {
  return ['GenerationCompleted', 'GenerationFailed', 'GenerationCancelled'].includes(__typename);
}

export function startAnswer(id: string, text = ''): Answer {
  return { id, text, failureReason: null, isFinished: false, messageId: null };
}

/** Without a cursor, the first delta has the whole text so far: no other source is needed. */
export function reduceAnswer(answer: Answer | null, event: AnswerEvent): Answer {
  const { id } = event.generation;
  const current = answer?.id === id ? answer : startAnswer(id);
  switch (event.__typename) {
    case 'GenerationStarted':
      // The whole text follows this event. A subscriber that has a part of it starts again.
      return startAnswer(id);
    case 'GenerationResumed':
      return current;
    case 'TokenDelta':
      return { ...current, text: current.text + event.text };
    case 'GenerationCompleted':
      return { ...current, isFinished: true, messageId: event.message?.id ?? null };
    case 'GenerationFailed':
    case 'GenerationCancelled': {
      const { reason, message } = event;
      const messageId = message?.id ?? null;
      return { ...current, isFinished: true, failureReason: reason, messageId };
    }
    default:
      return assertNever(event);
  }
}

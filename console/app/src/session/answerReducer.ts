import { graphql } from '../gql';
import { never } from '../ui/format';

/** An answer as far as its events have told it. */
export interface Answer {
  id: string;
  text: string;
  trouble: string | null;
  isOver: boolean;
  /** The message it has become. */
  messageId: string | null;
}

/** What every answer tells, whatever is written. */
export const AnswerEventDocument = graphql(`
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

export function isEnd({ __typename }: AnswerEvent): boolean {
  return ['GenerationCompleted', 'GenerationFailed', 'GenerationCancelled'].includes(__typename);
}

export function begun(id: string, text = ''): Answer {
  return { id, text, trouble: null, isOver: false, messageId: null };
}

/** Without a cursor the first piece is the whole text so far, so that nothing else is needed. */
export function after(answer: Answer | null, event: AnswerEvent): Answer {
  const { id } = event.generation;
  const before = answer?.id === id ? answer : begun(id);
  switch (event.__typename) {
    case 'GenerationStarted':
      // It is told where all the text follows: to whoever had some of it already, once more.
      return begun(id);
    case 'GenerationResumed':
      return before;
    case 'TokenDelta':
      return { ...before, text: before.text + event.text };
    case 'GenerationCompleted':
      return { ...before, isOver: true, messageId: event.message?.id ?? null };
    case 'GenerationFailed':
    case 'GenerationCancelled':
      return { ...before, isOver: true, trouble: event.reason };
    default:
      return never(event);
  }
}

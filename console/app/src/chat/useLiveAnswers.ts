import { useSubscription } from '@apollo/client/react';
import { useState } from 'react';

import { graphql } from '../gql';
import { after, type Answer, type AnswerEvent, begun } from '../session/answer';

const LiveAnswersDocument = graphql(`
  subscription LiveAnswers($sessionId: ID!, $after: String) {
    chatTokens(sessionId: $sessionId, after: $after) {
      ...AnswerEvent @unmask
      ... on GenerationCompleted {
        message {
          id
        }
      }
    }
  }
`);

interface Options {
  sessionId: string;
  isClosed: boolean;
  /** The answer being written when the page was loaded. */
  running: { id: string; text: string; cursor: string } | null;
  /** Asks for the conversation again; done when it is there. */
  over: () => Promise<unknown>;
}

/**
 * The answers that are not messages of the conversation yet, in order: the one being written, and
 * before it any that has just ended.
 */
export function useLiveAnswers({ sessionId, isClosed, running, over }: Options): Answer[] {
  const [answers, setAnswers] = useState<Answer[]>(() =>
    running ? [begun(running.id, running.text)] : [],
  );
  const [from, setFrom] = useState(running?.cursor ?? null);

  async function settle(id: string) {
    await over().catch(() => {});
    setAnswers((before) => before.filter((each) => each.id !== id || each.trouble !== null));
  }

  const forget = () => setFrom(null);
  // It ends with the session; one that is opened again begins at what is written then.
  if (isClosed && answers.length > 0) setAnswers([]);
  if (isClosed && from !== null) forget();

  useSubscription(LiveAnswersDocument, {
    variables: { sessionId, after: from },
    skip: isClosed,
    ignoreResults: true,
    onComplete: forget,
    onError: forget,
    onData: ({ data: { data } }) => {
      if (!data) return;
      const event = data.chatTokens;
      setAnswers((before) => told(before, event));
      if (isEnd(event)) void settle(event.generation.id);
    },
  });

  return answers;
}

/** Trouble is kept until the next answer begins. */
function told(answers: Answer[], event: AnswerEvent): Answer[] {
  const { id } = event.generation;
  const known = answers.find((each) => each.id === id) ?? null;
  const now = after(known, event);
  if (known) return answers.map((each) => (each.id === id ? now : each));
  return [...answers.filter((each) => each.trouble === null), now];
}

function isEnd({ __typename }: AnswerEvent): boolean {
  return ['GenerationCompleted', 'GenerationFailed', 'GenerationCancelled'].includes(__typename);
}

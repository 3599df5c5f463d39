import { useState } from 'react';

import { useResumableSubscription } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import { isFinalEvent } from '../session/answerReducer';
import {
  createLiveAnswers,
  type LiveAnswers,
  type ConversationPage,
  applyEvent,
  reconcileWithPage,
} from './liveAnswersReducer';

const LIVE_ANSWERS_SUBSCRIPTION = graphql(`
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
  /** The conversation as it was read last. */
  page: ConversationPage;
  /** Reads it again. */
  refetch: () => Promise<unknown>;
}

/** The answers that are not messages of the conversation yet. */
export function useLiveAnswers({
  sessionId,
  isClosed,
  page,
  refetch: again,
}: Options): LiveAnswers {
  const [live, setLive] = useState(() => createLiveAnswers(page));
  const [from, setFrom] = useState(page.running?.cursor ?? null);
  const now = reconcileWithPage(live, page, isClosed);
  if (now !== live) setLive(now);
  // It ends with the session; one that is opened again begins at what is written then.
  if (isClosed && from !== null) setFrom(null);

  useResumableSubscription(LIVE_ANSWERS_SUBSCRIPTION, {
    variables: { sessionId, after: from },
    skip: isClosed,
    onData: ({ chatTokens: event }) => {
      setLive((before) => applyEvent(before, event));
      if (isFinalEvent(event)) again().catch(() => {});
    },
    onEnd: () => setFrom(null),
    onLost: () => {
      setFrom(null);
      again().catch(() => {});
    },
  });

  return now;
}

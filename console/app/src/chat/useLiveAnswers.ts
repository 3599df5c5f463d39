import { useState } from 'react';

import { useResumableSubscription } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import { isFinalEvent } from '../session/answerReducer';
import {
  applyEvent,
  type ConversationPage,
  createLiveAnswers,
  type LiveAnswers,
  reconcileWithPage,
  settleAnswer,
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
      ... on GenerationFailed {
        message {
          id
        }
      }
      ... on GenerationCancelled {
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
  page: ConversationPage;
  refetch: () => Promise<unknown>;
}

/** Subscribes to the answers that are not yet messages of the conversation. */
export function useLiveAnswers({ sessionId, isClosed, page, refetch }: Options): LiveAnswers {
  const [live, setLive] = useState(() => createLiveAnswers(page));
  const [afterCursor, setAfterCursor] = useState(page.running?.cursor ?? null);
  const reconciled = reconcileWithPage(live, page, isClosed);
  if (reconciled !== live) setLive(reconciled);
  // The subscription ends with the session. A reopened session starts without a cursor.
  if (isClosed && afterCursor !== null) setAfterCursor(null);

  async function replaceByMessage(id: string) {
    try {
      await refetch();
      setLive((current) => settleAnswer(current, id));
    } catch {
      // Offline: the answer stays until the page has its message.
    }
  }

  useResumableSubscription(LIVE_ANSWERS_SUBSCRIPTION, {
    variables: { sessionId, after: afterCursor },
    skip: isClosed,
    onData: ({ chatTokens: event }) => {
      setLive((current) => applyEvent(current, event));
      if (isFinalEvent(event)) void replaceByMessage(event.generation.id);
    },
    onEnd: () => setAfterCursor(null),
    onLost: () => {
      setAfterCursor(null);
      refetch().catch(() => {});
    },
  });

  return reconciled;
}

import { useState } from 'react';

import { useStream } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import { isEnd } from '../session/answerReducer';
import { begin, type Live, type Page, told, withPage } from './liveAnswersReducer';

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
  /** The conversation as it was read last. */
  page: Page;
  /** Reads it again. */
  again: () => Promise<unknown>;
}

/** The answers that are not messages of the conversation yet. */
export function useLiveAnswers({ sessionId, isClosed, page, again }: Options): Live {
  const [live, setLive] = useState(() => begin(page));
  const [from, setFrom] = useState(page.running?.cursor ?? null);
  const now = withPage(live, page, isClosed);
  if (now !== live) setLive(now);
  // It ends with the session; one that is opened again begins at what is written then.
  if (isClosed && from !== null) setFrom(null);

  useStream(LiveAnswersDocument, {
    variables: { sessionId, after: from },
    skip: isClosed,
    onData: ({ chatTokens: event }) => {
      setLive((before) => told(before, event));
      if (isEnd(event)) again().catch(() => {});
    },
    onEnd: () => setFrom(null),
    onLost: () => {
      setFrom(null);
      again().catch(() => {});
    },
  });

  return now;
}

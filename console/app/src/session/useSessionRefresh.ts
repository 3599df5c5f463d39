import { useApolloClient } from '@apollo/client/react';
import { useEffect, useRef, useState } from 'react';

import { useResumableSubscription } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import type { NewestEventFragment } from '../gql/graphql';

/** For the query of a page: it has to say up to which event it has read the session. */
export const NEWEST_EVENT_FRAGMENT = graphql(`
  fragment NewestEvent on AISession {
    newest: history(last: 1) {
      edges {
        cursor
        node {
          id
        }
      }
    }
  }
`);

const SESSION_CHANGES_SUBSCRIPTION = graphql(`
  subscription SessionChanges($sessionId: ID!, $after: String) {
    sessionEvents(sessionId: $sessionId, after: $after) {
      id
      cursor
      kind
    }
  }
`);

const BATCH_MS = 150;

/**
 * Refetches the page after events of the session. Events at the same time share one refetch.
 *
 * The subscription begins behind the newest event of the page as it was loaded first, so nothing
 * that happens in between is missed, however long the subscription takes to start. It waits for the
 * page (`session` is undefined).
 */
export function useSessionRefresh(
  sessionId: string,
  session: NewestEventFragment | null | undefined,
) {
  const client = useApolloClient();
  const timer = useRef<number>(undefined);
  const [start, setStart] = useState<{ sessionId: string; after: string | null } | null>(null);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  if (session && start?.sessionId !== sessionId)
    setStart({ sessionId, after: session.newest.edges.at(-1)?.cursor ?? null });
  const isStarted = start?.sessionId === sessionId;

  function scheduleRefetch() {
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      client.refetchQueries({ include: 'active' }).catch(() => {});
    }, BATCH_MS);
  }

  useResumableSubscription(SESSION_CHANGES_SUBSCRIPTION, {
    variables: { sessionId, after: isStarted ? start.after : null },
    skip: !isStarted,
    onData: scheduleRefetch,
    // The subscription completes when the session is deleted. The refetch shows that.
    onEnd: scheduleRefetch,
    // It begins anew behind what the page has then.
    onLost: () => {
      setStart(null);
      scheduleRefetch();
    },
  });
}

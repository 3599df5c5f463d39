import { useEffect, useRef, useState } from 'react';

import { refetchActive } from '../api/client';
import { RESTART_DELAY_MS, useResumableSubscription } from '../api/useResumableSubscription';
import { graphql } from '../gql';

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
const SUBSCRIBE_DELAY_MS = 1000;

/** Refetches the page after events of the session. Events at the same time share one refetch. */
export function useSessionRefresh(sessionId: string) {
  const timer = useRef<number>(undefined);
  const [lossCount, setLossCount] = useState(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  // Once more when the subscription is active: no event reports what happened before.
  useEffect(() => {
    const delay = lossCount === 0 ? SUBSCRIBE_DELAY_MS : RESTART_DELAY_MS + SUBSCRIBE_DELAY_MS;
    const timeout = window.setTimeout(refetchActive, delay);
    return () => window.clearTimeout(timeout);
  }, [sessionId, lossCount]);

  function scheduleRefetch() {
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      refetchActive();
    }, BATCH_MS);
  }

  useResumableSubscription(SESSION_CHANGES_SUBSCRIPTION, {
    variables: { sessionId },
    onData: scheduleRefetch,
    // The subscription completes when the session is deleted. The refetch shows that.
    onEnd: scheduleRefetch,
    onLost: () => setLossCount((count) => count + 1),
  });
}

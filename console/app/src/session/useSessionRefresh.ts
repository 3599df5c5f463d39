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

/** Asks for what is shown again after something has happened to a session; once for what happens at once. */
export function useSessionRefresh(sessionId: string) {
  const timer = useRef<number>(undefined);
  const [timesLost, setTimesLost] = useState(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  // Once more when it is followed: what happened until then, no event tells.
  useEffect(() => {
    const until = timesLost === 0 ? SUBSCRIBE_DELAY_MS : RESTART_DELAY_MS + SUBSCRIBE_DELAY_MS;
    const followed = window.setTimeout(refetchActive, until);
    return () => window.clearTimeout(followed);
  }, [sessionId, timesLost]);

  function soon() {
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      refetchActive();
    }, BATCH_MS);
  }

  useResumableSubscription(SESSION_CHANGES_SUBSCRIPTION, {
    variables: { sessionId },
    onData: soon,
    // It ends when the session is deleted: then there is nothing to show any more.
    onEnd: soon,
    onLost: () => setTimesLost((times) => times + 1),
  });
}

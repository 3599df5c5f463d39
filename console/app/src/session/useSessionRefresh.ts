import { useEffect, useRef, useState } from 'react';

import { readAgain } from '../api/client';
import { AGAIN_MS, useStream } from '../api/useResumableSubscription';
import { graphql } from '../gql';

const ChangesDocument = graphql(`
  subscription SessionChanges($sessionId: ID!, $after: String) {
    sessionEvents(sessionId: $sessionId, after: $after) {
      id
      cursor
      kind
    }
  }
`);

const TOGETHER_MS = 150;
const SETTLING_MS = 1000;

/** Asks for what is shown again after something has happened to a session; once for what happens at once. */
export function useChanges(sessionId: string) {
  const timer = useRef<number>(undefined);
  const [timesLost, setTimesLost] = useState(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  // Once more when it is followed: what happened until then, no event tells.
  useEffect(() => {
    const until = timesLost === 0 ? SETTLING_MS : AGAIN_MS + SETTLING_MS;
    const followed = window.setTimeout(readAgain, until);
    return () => window.clearTimeout(followed);
  }, [sessionId, timesLost]);

  function soon() {
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      readAgain();
    }, TOGETHER_MS);
  }

  useStream(ChangesDocument, {
    variables: { sessionId },
    onData: soon,
    // It ends when the session is deleted: then there is nothing to show any more.
    onEnd: soon,
    onLost: () => setTimesLost((times) => times + 1),
  });
}

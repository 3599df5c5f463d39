import { useApolloClient } from '@apollo/client/react';
import { useEffect, useRef } from 'react';

import { useStream } from '../api/useStream';
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

/** Asks for what is shown again after something has happened to a session; once for what happens at once. */
export function useChanges(sessionId: string) {
  const client = useApolloClient();
  const timer = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  function soon() {
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      client.refetchQueries({ include: 'active' }).catch(() => {});
    }, TOGETHER_MS);
  }

  // It ends when the session is deleted: then there is nothing to show any more.
  useStream(ChangesDocument, { variables: { sessionId }, onData: soon, onEnd: soon });
}

import { useApolloClient, useSubscription } from '@apollo/client/react';
import { useEffect, useRef } from 'react';

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
  useSubscription(ChangesDocument, {
    variables: { sessionId },
    ignoreResults: true,
    onData: () => {
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => {
        client.refetchQueries({ include: 'active' }).catch(() => {});
      }, TOGETHER_MS);
    },
  });
}

import { useRef } from 'react';

import { useResumableSubscription } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import { forgetLists, forgetSession } from './boardsStore';

const REMOVED_SESSIONS_SUBSCRIPTION = graphql(`
  subscription RemovedSessions($after: String) {
    dashboardEvents(after: $after) {
      __typename
      cursor
      ... on DashboardSessionRemoved {
        sessionId
        reason
      }
    }
  }
`);

/**
 * Removes deleted sessions from all lists, as long as the page is open. A list that is loaded page
 * by page, and one that is not on the page, would not learn of a deletion otherwise.
 */
export function useRemovedSessions() {
  const isFirst = useRef(true);
  useResumableSubscription(REMOVED_SESSIONS_SUBSCRIPTION, {
    variables: {},
    onData: ({ dashboardEvents: event }) => {
      // A later snapshot takes the place of events that were missed.
      if (event.__typename === 'DashboardSnapshot' && !isFirst.current) forgetLists();
      isFirst.current = false;
      if (event.__typename === 'DashboardSessionRemoved' && event.reason === 'DELETED')
        forgetSession(event.sessionId);
    },
  });
}

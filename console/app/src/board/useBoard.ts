import { useState } from 'react';
import { useStore } from 'zustand';

import { useResumableSubscription } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import type { SessionFilter } from '../gql/graphql';
import { reduceBoard } from './boardReducer';
import { boardsStore } from './boardsStore';

const BOARD_SUBSCRIPTION = graphql(`
  subscription Board($filter: SessionFilter, $after: String) {
    dashboardEvents(filter: $filter, after: $after) {
      __typename
      cursor
      ... on DashboardSnapshot {
        summary {
          ...SummaryFigures @unmask
        }
        active {
          ...ListedSession @unmask
        }
        recent {
          ...ListedSession @unmask
        }
      }
      ... on DashboardSessionChanged {
        summary {
          ...SummaryFigures @unmask
        }
        session {
          ...ListedSession @unmask
        }
      }
      ... on DashboardSessionRemoved {
        sessionId
        reason
        summary {
          ...SummaryFigures @unmask
        }
      }
    }
  }

  fragment ListedSession on AISession {
    __typename
    id
    status
    updatedAt
    ...SessionCard
    ...ChatLink
  }
`);

/** Subscribes to the dashboard. The filter must be the same object at every render. */
export function useBoard(filter: SessionFilter) {
  const key = JSON.stringify(filter);
  const board = useStore(boardsStore, (boards) => boards[key] ?? null);
  const [afterCursor, setAfterCursor] = useState(board?.cursor ?? null);
  const { error, restart } = useResumableSubscription(BOARD_SUBSCRIPTION, {
    variables: { filter, after: afterCursor },
    onLost: () => setAfterCursor(null),
    onData: ({ dashboardEvents: event }) =>
      boardsStore.setState((boards) => ({ [key]: reduceBoard(boards[key] ?? null, event) })),
  });
  return { board, error, restart };
}

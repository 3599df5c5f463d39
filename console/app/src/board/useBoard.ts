import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';
import { createStore, useStore } from 'zustand';

import { client } from '../api/client';
import { useResumableSubscription } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import type { SessionFilter } from '../gql/graphql';
import generated from '../gql/possibleTypes';
import { type Board, reduceBoard, removeSession } from './boardReducer';

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

/**
 * The boards by filter. They outlive the components: a user who comes back sees the last board, then
 * the events since its cursor.
 */
const boardsStore = createStore<Record<string, Board>>()(() => ({}));
client.onClearStore(async () => boardsStore.setState({}, true));

function removeFromAllBoards(sessionId: string) {
  const boards = Object.entries(boardsStore.getState());
  boardsStore.setState(
    Object.fromEntries(boards.map(([key, board]) => [key, removeSession(board, sessionId)])),
  );
}

/** Subscribes to the dashboard. The filter must be the same object at every render. */
export function useBoard(filter: SessionFilter) {
  const { cache } = useApolloClient();
  const key = JSON.stringify(filter);
  const board = useStore(boardsStore, (boards) => boards[key] ?? null);
  const [afterCursor, setAfterCursor] = useState(board?.cursor ?? null);
  const { error, restart } = useResumableSubscription(BOARD_SUBSCRIPTION, {
    variables: { filter, after: afterCursor },
    onLost: () => setAfterCursor(null),
    onData: ({ dashboardEvents: event }) => {
      boardsStore.setState((boards) => ({ [key]: reduceBoard(boards[key] ?? null, event) }));
      if (event.__typename === 'DashboardSessionRemoved' && event.reason === 'DELETED') {
        removeFromAllBoards(event.sessionId);
        for (const __typename of generated.possibleTypes.AISession ?? [])
          cache.evict({ id: cache.identify({ __typename, id: event.sessionId }) });
      }
    },
  });
  return { board, error, restart };
}

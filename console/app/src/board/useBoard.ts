import { useApolloClient } from '@apollo/client/react';
import { useState } from 'react';

import { client } from '../api/client';
import { useResumableSubscription } from '../api/useResumableSubscription';
import { graphql } from '../gql';
import type { SessionFilter } from '../gql/graphql';
import { Store, useStore } from '../ui/store';
import { reduceBoard, type Board, removeSession } from './boardReducer';

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
        kind
        matches
        summary {
          ...SummaryFigures @unmask
        }
        session {
          ...ListedSession @unmask
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

// Kept while the page is open: who comes back sees what was there, then what has changed since.
const boards = new Map<string, Store<Board | null>>();
client.onClearStore(async () => boards.clear());

function boardOf(filter: SessionFilter): Store<Board | null> {
  const key = JSON.stringify(filter);
  const board = boards.get(key) ?? new Store<Board | null>(null);
  boards.set(key, board);
  return board;
}

/** The desk, live. The filter is to be the same object each time. */
export function useBoard(filter: SessionFilter) {
  const { cache } = useApolloClient();
  const [store] = useState(() => boardOf(filter));
  const [from, setFrom] = useState(() => store.get()?.cursor ?? null);
  const { error, again } = useResumableSubscription(BOARD_SUBSCRIPTION, {
    variables: { filter, after: from },
    onLost: () => setFrom(null),
    onData: ({ dashboardEvents: event }) => {
      store.set(reduceBoard(store.get(), event));
      if (event.__typename === 'DashboardSessionChanged' && event.kind === 'DELETED') {
        for (const each of boards.values()) each.set(removeSession(each.get(), event.session));
        cache.evict({ id: cache.identify(event.session) });
      }
    },
  });
  return { board: useStore(store), error, again };
}

import { createStore } from 'zustand';

import { client } from '../api/client';
import generated from '../gql/possibleTypes';
import { type Board, removeSession } from './boardReducer';

/**
 * The boards by filter. They outlive the components: a user who comes back sees the last board, then
 * the events since its cursor.
 */
export const boardsStore = createStore<Record<string, Board>>()(() => ({}));
client.onClearStore(async () => boardsStore.setState({}, true));

/** Removes a deleted session from every board and every list, whichever are on the page. */
export function forgetSession(sessionId: string) {
  const boards = Object.entries(boardsStore.getState());
  boardsStore.setState(
    Object.fromEntries(boards.map(([key, board]) => [key, removeSession(board, sessionId)])),
  );
  const { cache } = client;
  for (const __typename of generated.possibleTypes.AISession ?? [])
    cache.evict({ id: cache.identify({ __typename, id: sessionId }) });
}

/** For deletions that may have been missed: lists of which pages were loaded begin anew. */
export function forgetLists() {
  client.cache.evict({ id: 'ROOT_QUERY', fieldName: 'sessions' });
}

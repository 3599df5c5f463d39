import type { BoardSubscription } from '../gql/graphql';
import { isClosed } from '../session/isClosed';
import { assertNever } from '../ui/assertNever';

export type BoardEvent = BoardSubscription['dashboardEvents'];
type Snapshot = Extract<BoardEvent, { __typename: 'DashboardSnapshot' }>;
type SessionChanged = Extract<BoardEvent, { __typename: 'DashboardSessionChanged' }>;
export type ListedSession = Snapshot['active'][number];

/** The sessions and the summary of the dashboard after its last event. */
export interface Board {
  cursor: string;
  summary: BoardEvent['summary'];
  active: ListedSession[];
  recent: ListedSession[];
}

export const MAX_RECENT = 20;

export function reduceBoard(board: Board | null, event: BoardEvent): Board {
  switch (event.__typename) {
    case 'DashboardSnapshot': {
      const { cursor, summary, active, recent } = event;
      return { cursor, summary, active, recent };
    }
    case 'DashboardSessionChanged':
      return changeSession(board, event);
    default:
      return assertNever(event);
  }
}

function changeSession(board: Board | null, event: SessionChanged): Board {
  const { cursor, summary, session, matches } = event;
  const active = omitSession(board?.active ?? [], session);
  const recent = omitSession(board?.recent ?? [], session);
  if (!matches) return { cursor, summary, active, recent };
  if (isClosed(session.status))
    return { cursor, summary, active, recent: addRecent(recent, session) };
  return { cursor, summary, active: sortByUpdatedAt([session, ...active]), recent };
}

export function removeSession(board: Board, session: ListedSession): Board {
  return {
    ...board,
    active: omitSession(board.active, session),
    recent: omitSession(board.recent, session),
  };
}

function addRecent(recent: ListedSession[], session: ListedSession): ListedSession[] {
  return sortByUpdatedAt([session, ...recent]).slice(0, MAX_RECENT);
}

function omitSession(sessions: ListedSession[], session: ListedSession): ListedSession[] {
  return sessions.filter((each) => each.id !== session.id);
}

/** Latest first. */
function sortByUpdatedAt(sessions: ListedSession[]): ListedSession[] {
  return [...sessions].sort((one, other) => other.updatedAt.localeCompare(one.updatedAt));
}

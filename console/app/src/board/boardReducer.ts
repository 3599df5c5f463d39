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
    case 'DashboardSessionRemoved': {
      const { cursor, summary, sessionId } = event;
      return { cursor, summary, ...omitFromLists(board, sessionId) };
    }
    default:
      return assertNever(event);
  }
}

function changeSession(board: Board | null, event: SessionChanged): Board {
  const { cursor, summary, session } = event;
  const { active, recent } = omitFromLists(board, session.id);
  if (isClosed(session.status))
    return { cursor, summary, active, recent: addRecent(recent, session) };
  return { cursor, summary, active: sortByUpdatedAt([session, ...active]), recent };
}

export function removeSession(board: Board, sessionId: string): Board {
  return { ...board, ...omitFromLists(board, sessionId) };
}

function omitFromLists(board: Board | null, sessionId: string) {
  return {
    active: omitSession(board?.active ?? [], sessionId),
    recent: omitSession(board?.recent ?? [], sessionId),
  };
}

function addRecent(recent: ListedSession[], session: ListedSession): ListedSession[] {
  return sortByUpdatedAt([session, ...recent]).slice(0, MAX_RECENT);
}

function omitSession(sessions: ListedSession[], id: string): ListedSession[] {
  return sessions.filter((each) => each.id !== id);
}

/** Latest first. */
function sortByUpdatedAt(sessions: ListedSession[]): ListedSession[] {
  return [...sessions].sort((one, other) => other.updatedAt.localeCompare(one.updatedAt));
}

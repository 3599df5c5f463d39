import type { BoardSubscription } from '../gql/graphql';
import { isClosed } from '../session/isClosed';
import { assertNever } from '../ui/format';

export type BoardEvent = BoardSubscription['dashboardEvents'];
export type ListedSession = Extract<
  BoardEvent,
  { __typename: 'DashboardSnapshot' }
>['active'][number];

/** The sessions of a desk and its figures, as far as its events have told them. */
export interface Board {
  cursor: string;
  summary: BoardEvent['summary'];
  active: ListedSession[];
  recent: ListedSession[];
}

const MAX_RECENT = 20;

export function removeSession(board: Board | null, session: ListedSession): Board | null {
  if (board === null) return null;
  const { active, recent } = board;
  return {
    ...board,
    active: excludeSession(active, session),
    recent: excludeSession(recent, session),
  };
}

export function reduceBoard(board: Board | null, event: BoardEvent): Board {
  switch (event.__typename) {
    case 'DashboardSnapshot': {
      const { cursor, summary, active, recent } = event;
      return { cursor, summary, active, recent };
    }
    case 'DashboardSessionChanged': {
      const { cursor, summary, session, matches } = event;
      const active = excludeSession(board?.active ?? [], session);
      const recent = excludeSession(board?.recent ?? [], session);
      if (!matches) return { cursor, summary, active, recent };
      return isClosed(session.status)
        ? {
            cursor,
            summary,
            active,
            recent: sortByUpdatedAt([session, ...recent]).slice(0, MAX_RECENT),
          }
        : { cursor, summary, active: sortByUpdatedAt([session, ...active]), recent };
    }
    default:
      return assertNever(event);
  }
}

function excludeSession(sessions: ListedSession[], session: ListedSession): ListedSession[] {
  return sessions.filter((each) => each.id !== session.id);
}

function sortByUpdatedAt(sessions: ListedSession[]): ListedSession[] {
  return sessions.sort((one, other) => other.updatedAt.localeCompare(one.updatedAt));
}

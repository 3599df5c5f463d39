import type { BoardSubscription } from '../gql/graphql';
import { isClosed } from '../session/isClosed';
import { never } from '../ui/format';

export type BoardEvent = BoardSubscription['dashboardEvents'];
export type Listed = Extract<BoardEvent, { __typename: 'DashboardSnapshot' }>['active'][number];

/** The sessions of a desk and its figures, as far as its events have told them. */
export interface Board {
  cursor: string;
  summary: BoardEvent['summary'];
  active: Listed[];
  recent: Listed[];
}

const RECENT = 20;

export function without(board: Board | null, session: Listed): Board | null {
  if (board === null) return null;
  const { active, recent } = board;
  return { ...board, active: others(active, session), recent: others(recent, session) };
}

export function after(board: Board | null, event: BoardEvent): Board {
  switch (event.__typename) {
    case 'DashboardSnapshot': {
      const { cursor, summary, active, recent } = event;
      return { cursor, summary, active, recent };
    }
    case 'DashboardSessionChanged': {
      const { cursor, summary, session, matches } = event;
      const active = others(board?.active ?? [], session);
      const recent = others(board?.recent ?? [], session);
      if (!matches) return { cursor, summary, active, recent };
      return isClosed(session.status)
        ? { cursor, summary, active, recent: latestFirst([session, ...recent]).slice(0, RECENT) }
        : { cursor, summary, active: latestFirst([session, ...active]), recent };
    }
    default:
      return never(event);
  }
}

function others(sessions: Listed[], session: Listed): Listed[] {
  return sessions.filter((each) => each.id !== session.id);
}

function latestFirst(sessions: Listed[]): Listed[] {
  return sessions.sort((one, other) => other.updatedAt.localeCompare(one.updatedAt));
}

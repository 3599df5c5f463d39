import type { SessionType } from '../gql/graphql';

const PAGES: Record<SessionType, string> = { GUIDED: 'guided', CHAT: 'chat' };

export function buildSessionPath(session: { id: string; sessionType: SessionType }): string {
  return `/${PAGES[session.sessionType]}/${encodeURIComponent(session.id)}`;
}

export function buildClaimPath({ id }: { id: string }): string {
  return `/claim/${encodeURIComponent(id)}`;
}

import type { SessionType } from '../gql/graphql';

const PAGES: Record<SessionType, string> = { GUIDED: 'guided', CHAT: 'chat' };

export function addressOf(session: { id: string; sessionType: SessionType }): string {
  return `/${PAGES[session.sessionType]}/${encodeURIComponent(session.id)}`;
}

export function claimAddressOf({ id }: { id: string }): string {
  return `/claim/${encodeURIComponent(id)}`;
}

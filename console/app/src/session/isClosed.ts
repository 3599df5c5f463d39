import type { SessionStatus } from '../gql/graphql';

export function isClosed(status: SessionStatus): boolean {
  return status === 'RESOLVED' || status === 'ABANDONED';
}

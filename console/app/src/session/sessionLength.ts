import { assertNever } from '../ui/format';

/** How long a session is, in what it consists of. */
export function formatSessionLength(kind: 'ChatSession' | 'GuidedSession', count: number): string {
  switch (kind) {
    case 'ChatSession':
      return count === 1 ? '1 message' : `${count} messages`;
    case 'GuidedSession':
      return count === 1 ? '1 step' : `${count} steps`;
    default:
      return assertNever(kind);
  }
}

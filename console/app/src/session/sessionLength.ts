import { assertNever } from '../ui/assertNever';

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

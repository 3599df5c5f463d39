import type { SessionAction, SessionStatus } from '../gql/graphql';
import { assertNever } from '../ui/assertNever';

/** Why the user cannot write to the session, and the action that would change it. */
export function describeReadOnlyReason(
  status: SessionStatus,
  allowed: SessionAction[],
  canWrite: boolean,
): string {
  if (!canWrite) return describeForViewer(status);
  switch (status) {
    case 'ACTIVE':
      // Whoever may pause an active session works on it.
      if (allowed.includes('PAUSE'))
        return 'This chat has reached its limit. Resolve or escalate it, or go on in a new session.';
      return 'This session belongs to a colleague: you can read it. A lead can work on it, or its owner can escalate it.';
    case 'PAUSED':
      return allowed.includes('RESUME')
        ? 'This session is paused. Resume it to go on.'
        : 'This session is paused.';
    case 'ESCALATED':
      return allowed.includes('CLAIM')
        ? 'This session waits for somebody to claim it. Claim it to go on.'
        : 'This session waits for a colleague to claim it.';
    case 'RESOLVED':
    case 'ABANDONED':
      return allowed.includes('REOPEN')
        ? 'This session is closed. Reopen it to go on.'
        : 'This session is closed.';
    default:
      return assertNever(status);
  }
}

/** For a role that reads all sessions and writes to none: nothing it could do would change that. */
function describeForViewer(status: SessionStatus): string {
  switch (status) {
    case 'ACTIVE':
      return 'You can read this session and follow it. Your role cannot write.';
    case 'PAUSED':
      return 'This session is paused. You can read it.';
    case 'ESCALATED':
      return 'This session waits for somebody to claim it. You can read it.';
    case 'RESOLVED':
    case 'ABANDONED':
      return 'This session is closed. You can read it.';
    default:
      return assertNever(status);
  }
}

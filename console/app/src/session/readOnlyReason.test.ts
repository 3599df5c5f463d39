import { expect, test } from 'vitest';

import { describeReadOnlyReason } from './readOnlyReason';

test('an active session that is read-only belongs to a colleague', () => {
  expect(describeReadOnlyReason('ACTIVE', [], true)).toContain(
    'belongs to a colleague: you can read it',
  );
});

test('an active session of one’s own is read-only once it is full', () => {
  expect(describeReadOnlyReason('ACTIVE', ['PAUSE', 'RESOLVE'], true)).toContain(
    'reached its limit',
  );
});

test.each([
  ['PAUSED', 'RESUME', 'This session is paused. Resume it to go on.'],
  ['ESCALATED', 'CLAIM', 'This session waits for somebody to claim it. Claim it to go on.'],
  ['RESOLVED', 'REOPEN', 'This session is closed. Reopen it to go on.'],
  ['ABANDONED', 'REOPEN', 'This session is closed. Reopen it to go on.'],
] as const)('a session that is %s offers %s to users who may', (status, action, text) => {
  expect(describeReadOnlyReason(status, ['STATUS_UPDATE', action], true)).toBe(text);
});

test.each([
  ['PAUSED', 'This session is paused.'],
  ['ESCALATED', 'This session waits for a colleague to claim it.'],
  ['RESOLVED', 'This session is closed.'],
  ['ABANDONED', 'This session is closed.'],
] as const)('a session that is %s offers nothing to other users', (status, text) => {
  expect(describeReadOnlyReason(status, ['STATUS_UPDATE'], true)).toBe(text);
});

test.each(['ACTIVE', 'PAUSED', 'ESCALATED', 'RESOLVED', 'ABANDONED'] as const)(
  'a viewer is told that an %s session can be read, and offered nothing',
  (status) => {
    const text = describeReadOnlyReason(status, [], false);
    expect(text).toMatch(/can read/);
    expect(text).not.toMatch(/to go on|hand|lead/);
  },
);

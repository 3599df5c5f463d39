import { describe, expect, test } from 'vitest';

import type { SessionStatus } from '../gql/graphql';
import {
  type Board,
  type BoardEvent,
  type ListedSession,
  MAX_RECENT,
  reduceBoard,
  removeSession,
} from './boardReducer';

const summary = (generating = 0) => ({ generating }) as BoardEvent['summary'];

const listed = (id: string, updatedAt: string, status: SessionStatus = 'ACTIVE') =>
  ({ __typename: 'ChatSession', id, status, updatedAt }) as ListedSession;

const board = (active: ListedSession[], recent: ListedSession[] = []): Board => ({
  cursor: 'c1',
  summary: summary(),
  active,
  recent,
});

const changed = (session: ListedSession) =>
  ({
    __typename: 'DashboardSessionChanged',
    cursor: 'c2',
    summary: summary(1),
    session,
  }) as BoardEvent;

const removed = (sessionId: string) =>
  ({
    __typename: 'DashboardSessionRemoved',
    cursor: 'c2',
    sessionId,
    reason: 'NO_LONGER_MATCHES',
    summary: summary(1),
  }) as BoardEvent;

const ids = ({ active, recent }: Board) => ({
  active: active.map(({ id }) => id),
  recent: recent.map(({ id }) => id),
});

describe('the board', () => {
  test('is replaced by a snapshot', () => {
    const event = {
      __typename: 'DashboardSnapshot',
      cursor: 'c9',
      summary: summary(3),
      active: [listed('new', '2026-01-02')],
      recent: [],
    } as unknown as BoardEvent;
    const after = reduceBoard(board([listed('old', '2026-01-01')]), event);
    expect(ids(after)).toEqual({ active: ['new'], recent: [] });
    expect(after.cursor).toBe('c9');
    expect(after.summary).toEqual(summary(3));
  });

  test('gets a new session at the top, with the summary and the cursor of the event', () => {
    const after = reduceBoard(
      board([listed('a', '2026-01-01')]),
      changed(listed('b', '2026-01-02')),
    );
    expect(ids(after).active).toEqual(['b', 'a']);
    expect(after).toMatchObject({ cursor: 'c2', summary: summary(1) });
  });

  test('moves a changed session to the top and has it once', () => {
    const before = board([listed('b', '2026-01-02'), listed('a', '2026-01-01')]);
    expect(ids(reduceBoard(before, changed(listed('a', '2026-01-03')))).active).toEqual(['a', 'b']);
  });

  test('keeps the order by time when an older change arrives late', () => {
    const before = board([listed('b', '2026-01-05'), listed('a', '2026-01-01')]);
    expect(ids(reduceBoard(before, changed(listed('a', '2026-01-03')))).active).toEqual(['b', 'a']);
  });

  test.each(['RESOLVED', 'ABANDONED'] as const)(
    'moves a session that is %s to recent',
    (status) => {
      const before = board([listed('a', '2026-01-01')], [listed('z', '2026-01-01')]);
      const after = reduceBoard(before, changed(listed('a', '2026-01-02', status)));
      expect(ids(after)).toEqual({ active: [], recent: ['a', 'z'] });
    },
  );

  test('moves a reopened session back to active', () => {
    const before = board([], [listed('a', '2026-01-01', 'RESOLVED')]);
    const after = reduceBoard(before, changed(listed('a', '2026-01-02')));
    expect(ids(after)).toEqual({ active: ['a'], recent: [] });
  });

  test.each(['PAUSED', 'ESCALATED'] as const)('keeps a session that is %s active', (status) => {
    const after = reduceBoard(board([]), changed(listed('a', '2026-01-02', status)));
    expect(ids(after)).toEqual({ active: ['a'], recent: [] });
  });

  test('removes a session that does not match the filter any more', () => {
    const before = board([listed('a', '2026-01-01'), listed('b', '2026-01-01')]);
    const after = reduceBoard(before, removed('a'));
    expect(ids(after)).toEqual({ active: ['b'], recent: [] });
    expect(after).toMatchObject({ cursor: 'c2', summary: summary(1) });
  });

  test('keeps as many recent sessions as a snapshot has', () => {
    const recent = Array.from({ length: MAX_RECENT }, (_, n) => listed(`r${n}`, '2026-01-01'));
    const after = reduceBoard(
      board([], recent),
      changed(listed('latest', '2026-01-02', 'RESOLVED')),
    );
    expect(after.recent).toHaveLength(MAX_RECENT);
    expect(after.recent[0]?.id).toBe('latest');
  });

  test.each([null, board([])])('ignores the removal of a session it does not have', (before) => {
    expect(ids(reduceBoard(before, removed('a')))).toEqual({ active: [], recent: [] });
  });

  test('starts from a change when there is no snapshot yet', () => {
    expect(ids(reduceBoard(null, changed(listed('a', '2026-01-01')))).active).toEqual(['a']);
  });

  test('does not change the board it came from', () => {
    const before = board([listed('a', '2026-01-01')]);
    reduceBoard(before, changed(listed('b', '2026-01-02')));
    expect(ids(before).active).toEqual(['a']);
  });
});

test('a deleted session is removed from both lists, and nothing else changes', () => {
  const before = board([listed('a', '2026-01-02')], [listed('b', '2026-01-01')]);
  expect(ids(removeSession(before, 'a'))).toEqual({
    active: [],
    recent: ['b'],
  });
  expect(ids(removeSession(before, 'b'))).toEqual({
    active: ['a'],
    recent: [],
  });
  expect(removeSession(before, 'a').cursor).toBe('c1');
});

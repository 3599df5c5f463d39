import { expect, test } from 'vitest';

import { formatSessionLength } from './sessionLength';

test.each([
  ['ChatSession', 0, '0 messages'],
  ['ChatSession', 1, '1 message'],
  ['ChatSession', 12, '12 messages'],
  ['GuidedSession', 0, '0 steps'],
  ['GuidedSession', 1, '1 step'],
  ['GuidedSession', 2, '2 steps'],
] as const)('a %s of %i has a length of %s', (kind, count, text) => {
  expect(formatSessionLength(kind, count)).toBe(text);
});

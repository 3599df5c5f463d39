import { expect, test } from 'vitest';

import { formatMilliseconds, formatMinutes, formatRelativeTime, sentenceCase } from './format';

test.each([
  ['ACTIVE', 'Active'],
  ['TICKET_NOTES', 'Ticket notes'],
  ['RESOLUTION_SUGGESTION', 'Resolution suggestion'],
])('%s is shown as %s', (name, label) => {
  expect(sentenceCase(name)).toBe(label);
});

test.each([
  [null, '–'],
  [0, '< 1 min'],
  [0.99, '< 1 min'],
  [1, '1 min'],
  [119.4, '119 min'],
  [120, '2 h'],
  [47 * 60, '47 h'],
  [48 * 60, '2 days'],
  [10 * 24 * 60, '10 days'],
])('%s minutes are shown as %s', (minutes, text) => {
  expect(formatMinutes(minutes)).toBe(text);
});

test.each([
  [null, '–'],
  [0, '0.0 s'],
  [1250, '1.3 s'],
  [61_000, '61.0 s'],
])('%s milliseconds are shown as %s', (ms, text) => {
  expect(formatMilliseconds(ms)).toBe(text);
});

const NOW = Date.UTC(2026, 5, 15, 12);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [0, 'just now'],
  [59 * SECOND, 'just now'],
  [MINUTE, '1 minute ago'],
  [59 * MINUTE, '59 minutes ago'],
  [HOUR, '1 hour ago'],
  [23 * HOUR, '23 hours ago'],
  [DAY, 'yesterday'],
  [3 * DAY, '3 days ago'],
  [7 * DAY, 'last week'],
  [30 * DAY, 'last month'],
  [365 * DAY, 'last year'],
  [-2 * HOUR, 'in 2 hours'],
])('%s ms before now is %s', (ago, text) => {
  expect(formatRelativeTime(new Date(NOW - ago), NOW)).toBe(text);
});

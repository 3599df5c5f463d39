import { describe, expect, test } from 'vitest';

import { buildSessionFilter, readFilterValues } from './sessionFilter';

const filterOf = (search: string) =>
  buildSessionFilter(readFilterValues(new URLSearchParams(search)));

test('a URL without parameters is an empty filter', () => {
  expect(readFilterValues(new URLSearchParams())).toEqual({
    type: '',
    status: '',
    domain: '',
    owner: '',
    from: '',
    to: '',
    q: '',
  });
  expect(filterOf('')).toEqual({});
});

test('each parameter of the URL is a field of the filter', () => {
  expect(filterOf('type=chat&status=resolved&domain=NETWORK&owner=u1&q=printer+floor')).toEqual({
    sessionType: 'CHAT',
    status: ['RESOLVED'],
    problemDomain: 'NETWORK',
    ownerId: 'u1',
    search: 'printer floor',
  });
});

test('values that do not exist are ignored', () => {
  expect(filterOf('type=video&status=lost&from=soon&to=2026-00-10&page=3')).toEqual({});
});

describe('the days', () => {
  const parts = (at: unknown) => {
    const date = new Date(at as string);
    return [date.getFullYear(), date.getMonth() + 1, date.getDate(), date.getHours()];
  };

  test('begin at midnight of the user and include the last day', () => {
    const filter = filterOf('from=2026-05-01&to=2026-05-31');
    expect(parts(filter.createdAfter)).toEqual([2026, 5, 1, 0]);
    expect(parts(filter.createdBefore)).toEqual([2026, 6, 1, 0]);
  });

  test('end at midnight across the end of a year and a leap day', () => {
    expect(parts(filterOf('to=2026-12-31').createdBefore)).toEqual([2027, 1, 1, 0]);
    expect(parts(filterOf('to=2028-02-28').createdBefore)).toEqual([2028, 2, 29, 0]);
  });

  test('end at midnight on the day that the clocks change', () => {
    expect(parts(filterOf('to=2026-03-29').createdBefore)).toEqual([2026, 3, 30, 0]);
    expect(parts(filterOf('to=2026-10-25').createdBefore)).toEqual([2026, 10, 26, 0]);
  });
});

import { expect, test } from 'vitest';

import { describeSearchProblem } from './describeSearchProblem';

test('a search that is too long is told with its limit, in words', () => {
  const error = new Error('`search` has 612 characters; at most 500 are allowed.');
  expect(describeSearchProblem(error)).toEqual({
    title: 'This search is too long',
    reason:
      'The search has 612 characters; at most 500 are allowed.' +
      ' Search for a few of its words, such as an error number.',
  });
});

test('another refusal has its reason', () => {
  const error = new Error('`search` has more than 20 minus signs in a row.');
  expect(describeSearchProblem(error)).toMatchObject({ title: 'This search cannot be run' });
});

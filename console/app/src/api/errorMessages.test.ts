import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import { expect, test } from 'vitest';

import { describeError, isInvalidInput, isNetworkError } from './errorMessages';

const serverError = (bodyText: string) =>
  new ServerError('Response not successful: Received status code 401', {
    response: new Response(null, { status: 401 }),
    bodyText,
  });

test('a request without a response is a network error', () => {
  expect(isNetworkError(new TypeError('Failed to fetch'))).toBe(true);
  expect(isNetworkError(serverError(''))).toBe(false);
  expect(describeError(new TypeError('Failed to fetch'))).toBe('The server cannot be reached.');
});

test('the message of the server comes before the status code', () => {
  const body = JSON.stringify({ errors: [{ message: 'The API key is not known here.' }] });
  expect(describeError(serverError(body))).toBe('The API key is not known here.');
});

test.each(['', '<html>', '{}', '{"errors": []}'])(
  'the status code is the message when the body is %j',
  (body) => {
    expect(describeError(serverError(body))).toContain('401');
  },
);

test('another error has its own message', () => {
  expect(describeError(new Error('Out of memory'))).toBe('Out of memory');
  expect(describeError('Out of memory')).toBe('Out of memory');
});

test('values that the server refuses are told apart from other errors', () => {
  const withCode = (code: string) =>
    new CombinedGraphQLErrors({ errors: [{ message: 'Too long.', extensions: { code } }] });
  expect(isInvalidInput(withCode('INVALID_INPUT'))).toBe(true);
  expect(isInvalidInput(withCode('INTERNAL'))).toBe(false);
  expect(isInvalidInput(new Error('INVALID_INPUT'))).toBe(false);
});

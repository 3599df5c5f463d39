// @vitest-environment happy-dom
import { ApolloClient, ApolloLink } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { act, cleanup, renderHook } from '@testing-library/react';
import { createElement, type ReactNode } from 'react';
import { of, throwError } from 'rxjs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { REGENERATE_MUTATION } from '../session/regenerate';
import { createCache } from './cache';
import { useResultMutation } from './useResultMutation';

const SUCCESS = {
  __typename: 'RegenerateSuccess',
  generation: { __typename: 'Generation', id: 'g1' },
};
const REFUSAL = {
  __typename: 'InvalidTransition',
  message: 'The session is closed.',
  code: 'INVALID_TRANSITION',
};

beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

/** Each run gets the next result; an error is a failed request. */
function render(...results: (object | Error)[]) {
  const keys: unknown[] = [];
  const link = new ApolloLink(({ variables }) => {
    keys.push((variables.input as { idempotencyKey?: string }).idempotencyKey);
    const result = results.shift();
    return result instanceof Error
      ? throwError(() => result)
      : of({ data: { regenerate: result } });
  });
  const client = new ApolloClient({ cache: createCache(), link });
  const onRefused = vi.fn();
  const options = { onRefused, keyName: 'regenerate.s1' };
  const { result } = renderHook(() => useResultMutation(REGENERATE_MUTATION, options), {
    wrapper: ({ children }: { children: ReactNode }) =>
      createElement(ApolloProvider, { client, children }),
  });
  const run = () => act(() => result.current.run({ input: { sessionId: 's1' } }));
  return { result, run, onRefused, keys };
}

test('a success is returned', async () => {
  const { result, run, onRefused } = render(SUCCESS);
  expect(await run()).toEqual(SUCCESS);
  expect(result.current.failure).toBeNull();
  expect(onRefused).not.toHaveBeenCalled();
});

test('an expected error is a failure with the message and the code of the server', async () => {
  const { result, run, onRefused } = render(REFUSAL);
  expect(await run()).toBeNull();
  expect(result.current.failure).toEqual(REFUSAL);
  expect(onRefused).toHaveBeenCalledOnce();
});

test('without a response, the input is kept and the outcome is unknown', async () => {
  const { result, run, onRefused } = render(new TypeError('Failed to fetch'));
  expect(await run()).toBeNull();
  expect(result.current.failure).toEqual({
    message: 'The server cannot be reached. What you entered is still here: try again.',
    code: null,
  });
  expect(onRefused).not.toHaveBeenCalled();
});

test('an exception of the server is a failure without a code', async () => {
  const { result, run } = render(new Error('Something went wrong.'));
  await run();
  expect(result.current.failure).toEqual({ message: 'Something went wrong.', code: null });
});

test('the same request is repeated until its outcome is known, then it is a new one', async () => {
  const failed = () => new TypeError('Failed to fetch');
  const { run, keys } = render(failed(), failed(), SUCCESS, REFUSAL, SUCCESS);
  for (let time = 0; time < 5; time += 1) await run();
  const [first, again, known, refused, last] = keys;
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect([again, known]).toEqual([first, first]);
  expect(new Set([first, refused, last]).size).toBe(3);
});

test('the next run clears the failure', async () => {
  const { result, run } = render(REFUSAL, SUCCESS);
  await run();
  expect(result.current.failure).not.toBeNull();
  await run();
  expect(result.current.failure).toBeNull();
});

test('the failure can be cleared', async () => {
  const { result, run } = render(REFUSAL);
  await run();
  act(() => result.current.clearFailure());
  expect(result.current.failure).toBeNull();
});

import { ApolloClient, ApolloLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { parse } from 'graphql';
import type { ExecutionResult, Sink, SubscribePayload } from 'graphql-ws';
import { expect, test, vi } from 'vitest';

import { createResumableSubscriptionLink } from './resumableSubscriptionLink';

const EVENTS = parse('subscription Events($after: String) { events(after: $after) { cursor } }');

function subscribe(after: string | null = null) {
  const unsubscribe = vi.fn();
  let payload: SubscribePayload | undefined;
  let sink: Sink<ExecutionResult<Record<string, unknown>>> | undefined;
  const link = createResumableSubscriptionLink({
    subscribe: (given: SubscribePayload, receiver: Sink) => {
      payload = given;
      sink = receiver as typeof sink;
      return unsubscribe;
    },
  });
  const client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([link]) });
  const next = vi.fn();
  const complete = vi.fn();
  const subscription = client
    .subscribe({ query: EVENTS, variables: { after }, fetchPolicy: 'no-cache' })
    .subscribe({ next, complete });
  if (!payload || !sink) throw new Error('The link did not subscribe.');
  return { payload, sink, next, complete, subscription, unsubscribe };
}

test('the first attempt sends the operation and the cursor of the component', () => {
  const { payload } = subscribe('c0');
  expect(payload.operationName).toBe('Events');
  expect(payload.query).toContain('subscription Events($after: String)');
  expect(payload.variables).toEqual({ after: 'c0' });
});

test('the next attempt resumes after the last event', () => {
  const { payload, sink } = subscribe();
  sink.next({ data: { events: { cursor: 'c1' } } });
  sink.next({ data: { events: { cursor: 'c2' } } });
  expect(payload.variables).toEqual({ after: 'c2' });
});

test.each([
  ['without data', { data: null }],
  ['without an event', { data: { events: null } }],
  ['without a cursor', { data: { events: {} } }],
])('a result %s leaves the cursor as it is', (_, result) => {
  const { payload, sink } = subscribe('c0');
  sink.next(result);
  expect(payload.variables).toEqual({ after: 'c0' });
});

test('events and the end reach the subscriber', () => {
  const { sink, next, complete } = subscribe();
  sink.next({ data: { events: { cursor: 'c1' } } });
  expect(next).toHaveBeenCalledWith({ data: { events: { cursor: 'c1' } } });
  expect(complete).not.toHaveBeenCalled();
  sink.complete();
  expect(complete).toHaveBeenCalledOnce();
});

function fail(cause: unknown): unknown {
  const { sink, next } = subscribe();
  sink.error(cause);
  const [result] = next.mock.calls[0] as [{ error: unknown }];
  return result.error;
}

test('errors of the server keep their messages', () => {
  const error = fail([{ message: 'There are too many at once.' }]);
  expect(CombinedGraphQLErrors.is(error)).toBe(true);
  expect(error).toHaveProperty('message', 'There are too many at once.');
});

test('a closed socket becomes an error with its reason', () => {
  expect(fail({ code: 4400, reason: 'Bad message' })).toEqual(new Error('Bad message'));
  expect(fail({ code: 1006, reason: '' })).toEqual(new Error('The connection was closed.'));
});

test('an exception is passed on', () => {
  const cause = new Error('No token');
  expect(fail(cause)).toBe(cause);
});

test('unsubscribing ends the subscription of the client', () => {
  const { subscription, unsubscribe } = subscribe();
  subscription.unsubscribe();
  expect(unsubscribe).toHaveBeenCalledOnce();
});

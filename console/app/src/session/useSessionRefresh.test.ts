// @vitest-environment happy-dom
import {
  ApolloClient,
  ApolloLink,
  gql,
  InMemoryCache,
  type TypedDocumentNode,
} from '@apollo/client';
import { ApolloProvider, useQuery } from '@apollo/client/react';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { OperationTypeNode } from 'graphql';
import { createElement, type ReactNode } from 'react';
import { Observable, of, type Subscriber } from 'rxjs';
import { afterEach, expect, test } from 'vitest';

import type { NewestEventFragment } from '../gql/graphql';
import { useSessionRefresh } from './useSessionRefresh';

afterEach(cleanup);

const PAGE_QUERY: TypedDocumentNode<{ session: ({ id: string } & NewestEventFragment) | null }> =
  gql`
    query Page {
      session {
        id
        newest {
          edges {
            cursor
            node {
              id
            }
          }
        }
      }
    }
  `;

/** A server with the events of one session, and a page that follows them. */
function render(events: string[]) {
  const subscribers: { after: string | null; observer: Subscriber<ApolloLink.Result> }[] = [];
  let isDeleted = false;

  function readPage(): ApolloLink.Result {
    const cursor = events.at(-1);
    const edges = cursor
      ? [{ __typename: 'Edge', cursor, node: { __typename: 'SessionEvent', id: cursor } }]
      : [];
    const newest = { __typename: 'Connection', edges };
    return {
      data: { session: isDeleted ? null : { __typename: 'ChatSession', id: 's1', newest } },
    };
  }

  const link = new ApolloLink((operation) => {
    if (operation.operationType === OperationTypeNode.QUERY) return of(readPage());
    return new Observable((observer) => {
      subscribers.push({ after: operation.variables.after as string | null, observer });
    });
  });
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  const { result } = renderHook(
    () => {
      const { data } = useQuery(PAGE_QUERY);
      useSessionRefresh('s1', data?.session);
      return data?.session;
    },
    {
      wrapper: ({ children }: { children: ReactNode }) =>
        createElement(ApolloProvider, { client, children }),
    },
  );
  return {
    events,
    subscribers,
    shown: () => result.current?.newest.edges[0]?.cursor,
    isGone: () => result.current === null,
    deliver: (cursor: string) =>
      act(() =>
        subscribers.at(-1)?.observer.next({
          data: {
            sessionEvents: { __typename: 'SessionEvent', id: cursor, cursor, kind: 'RATED' },
          },
        }),
      ),
    delete: () => {
      isDeleted = true;
      act(() => subscribers.at(-1)?.observer.complete());
    },
    fail: () => act(() => subscribers.at(-1)?.observer.error(new Error('Refused'))),
  };
}

test('the subscription begins behind what the page has read, however late it starts', async () => {
  const page = render(['e1', 'e2']);
  await waitFor(() => expect(page.subscribers).toHaveLength(1));
  expect(page.subscribers[0]?.after).toBe('e2');
  // Written after the page was read and before the server has the subscription: it delivers it.
  page.events.push('e3');
  page.deliver('e3');
  await waitFor(() => expect(page.shown()).toBe('e3'));
  // A refetch does not begin it anew.
  expect(page.subscribers).toHaveLength(1);
});

test('a session without events is followed from now on', async () => {
  const page = render([]);
  await waitFor(() => expect(page.subscribers).toHaveLength(1));
  expect(page.subscribers[0]?.after).toBeNull();
});

test('the page learns that its session was deleted', async () => {
  const page = render(['e1']);
  await waitFor(() => expect(page.subscribers).toHaveLength(1));
  page.delete();
  await waitFor(() => expect(page.isGone()).toBe(true));
});

test('a subscription that fails begins anew behind what the page has then', async () => {
  const page = render(['e1']);
  await waitFor(() => expect(page.subscribers).toHaveLength(1));
  page.events.push('e2');
  page.fail();
  await waitFor(() => expect(page.shown()).toBe('e2'));
  await waitFor(() => expect(page.subscribers.length).toBeGreaterThan(1), { timeout: 10_000 });
  page.fail();
  await waitFor(() => expect(page.subscribers.at(-1)?.after).toBe('e2'), { timeout: 10_000 });
}, 30_000);

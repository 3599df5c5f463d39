import {
  ApolloClient,
  ApolloLink,
  gql,
  InMemoryCache,
  type TypedDocumentNode,
} from '@apollo/client';
import { Subject } from 'rxjs';
import { expect, test } from 'vitest';

import { createNewestResponseLink } from './newestResponseLink';

const QUERY: TypedDocumentNode<{ title: string }, { id: string }> = gql`
  query Title($id: ID!) {
    title(id: $id)
  }
`;

/** A client whose requests are answered by hand, in any order. */
function createClient() {
  const requests: Subject<ApolloLink.Result>[] = [];
  const terminal = new ApolloLink(() => {
    const request = new Subject<ApolloLink.Result>();
    requests.push(request);
    return request;
  });
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.from([createNewestResponseLink(), terminal]),
    queryDeduplication: false,
  });
  const ask = (id = 's1') =>
    client
      .query({ query: QUERY, variables: { id }, fetchPolicy: 'network-only' })
      .then(({ data }) => data?.title);
  const respond = (index: number, title: string) => {
    requests[index]?.next({ data: { title } });
    requests[index]?.complete();
  };
  const shown = () => client.readQuery({ query: QUERY, variables: { id: 's1' } })?.title;
  return { ask, respond, shown, requests };
}

test('responses in the order of their requests are shown as they come', async () => {
  const { ask, respond, shown } = createClient();
  const [first, second] = [ask(), ask()];
  respond(0, 'before');
  expect(await first).toBe('before');
  respond(1, 'after');
  expect(await second).toBe('after');
  expect(shown()).toBe('after');
});

test('a response that was overtaken by a later one changes nothing', async () => {
  const { ask, respond, shown } = createClient();
  const [first, second] = [ask(), ask()];
  respond(1, 'after');
  expect(await second).toBe('after');
  respond(0, 'before');
  expect(await first).toBe('after');
  expect(shown()).toBe('after');
});

test('other variables are another series', async () => {
  const { ask, respond } = createClient();
  const [first, other] = [ask('s1'), ask('s2')];
  respond(1, 'other');
  respond(0, 'mine');
  expect(await other).toBe('other');
  expect(await first).toBe('mine');
});

test('a request that fails does not hold the others back', async () => {
  const { ask, respond, requests } = createClient();
  const [first, second] = [ask(), ask()];
  requests[1]?.error(new TypeError('Failed to fetch'));
  await expect(second).rejects.toThrow('Failed to fetch');
  respond(0, 'before');
  expect(await first).toBe('before');
  const third = ask();
  respond(2, 'after');
  expect(await third).toBe('after');
});

import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';

import { createCache } from './cache';

const SESSIONS = parse(`
  query Sessions($orderBy: SessionOrder!, $after: String) {
    sessions(orderBy: $orderBy, after: $after) {
      edges { cursor node { __typename id } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

const MESSAGES = parse(`
  query Messages($before: String) {
    session(id: "s1") {
      __typename
      id
      ... on ChatSession {
        messages(last: 2, before: $before) {
          edges { node { __typename id } }
          pageInfo { hasPreviousPage startCursor }
        }
      }
    }
  }
`);

const HISTORY = parse(`
  query History($last: Int!, $before: String) {
    session(id: "s1") {
      __typename
      id
      history(last: $last, before: $before) {
        edges { node { __typename id } }
        pageInfo { hasPreviousPage startCursor }
      }
    }
  }
`);

/** Each item is `id` or `id@cursor`; the cursor of a session is the time of its last change. */
const toEdges = (items: string[], type: string) =>
  items.map((item) => {
    const [id, cursor = id] = item.split('@');
    return { cursor, node: { __typename: type, id } };
  });

interface Page {
  edges: { node: { id: string } }[];
  pageInfo: object;
}
const idsOf = (page: Page | undefined) => page?.edges.map(({ node }) => node.id);

function openSessions(orderBy = 'UPDATED_AT_DESC') {
  const cache = createCache();
  return {
    cache,
    write(items: string[], hasNextPage: boolean, after?: string) {
      const pageInfo = { hasNextPage, endCursor: items.at(-1) ?? null };
      const data = { sessions: { edges: toEdges(items, 'ChatSession'), pageInfo } };
      cache.writeQuery({ query: SESSIONS, variables: { orderBy, after }, data });
    },
    read(order = orderBy) {
      const variables = { orderBy: order };
      return cache.readQuery<{ sessions: Page }>({ query: SESSIONS, variables })?.sessions;
    },
  };
}

describe('the list of sessions', () => {
  test('grows by the page behind it', () => {
    const list = openSessions();
    list.write(['a', 'b'], true);
    list.write(['c', 'd'], false, 'b');
    expect(idsOf(list.read())).toEqual(['a', 'b', 'c', 'd']);
    expect(list.read()?.pageInfo).toEqual({ hasNextPage: false, endCursor: 'd' });
  });

  test('has a session once when it moved into the next page', () => {
    const list = openSessions();
    list.write(['a', 'b'], true);
    list.write(['a', 'c'], false, 'b');
    expect(idsOf(list.read())).toEqual(['b', 'a', 'c']);
  });

  test('keeps the later pages when page one is refetched', () => {
    const list = openSessions();
    list.write(['a', 'b'], true);
    list.write(['c', 'd'], true, 'b');
    list.write(['a', 'b'], true);
    expect(idsOf(list.read())).toEqual(['a', 'b', 'c', 'd']);
    expect(list.read()?.pageInfo).toEqual({ hasNextPage: true, endCursor: 'd' });
  });

  test('moves a session to the top and loses no other', () => {
    const list = openSessions();
    list.write(['a', 'b'], true);
    list.write(['c', 'd'], false, 'b');
    list.write(['d@new', 'a'], true);
    expect(idsOf(list.read())).toEqual(['d', 'a', 'b', 'c']);
  });

  test('drops a session that page one no longer has', () => {
    const list = openSessions();
    list.write(['a', 'b', 'c'], true);
    list.write(['d'], false, 'c');
    list.write(['a', 'c'], true);
    expect(idsOf(list.read())).toEqual(['a', 'c', 'd']);
  });

  test('starts again when page one has changed so much that it does not meet the rest', () => {
    const list = openSessions();
    list.write(['a', 'b'], true);
    list.write(['c', 'd'], false, 'b');
    list.write(['x', 'y'], true);
    expect(idsOf(list.read())).toEqual(['x', 'y']);
    expect(list.read()?.pageInfo).toEqual({ hasNextPage: true, endCursor: 'y' });
  });

  test('starts again when the last session of page one has another place than before', () => {
    const list = openSessions();
    list.write(['a', 'b'], true);
    list.write(['c', 'd'], false, 'b');
    list.write(['x', 'c@new'], true);
    expect(idsOf(list.read())).toEqual(['x', 'c']);
  });

  test('ends with page one when that is the only page', () => {
    const list = openSessions();
    list.write(['a', 'b'], true);
    list.write(['c'], false, 'b');
    list.write(['a', 'b'], false);
    expect(idsOf(list.read())).toEqual(['a', 'b']);
  });

  test('is another list for another order', () => {
    const list = openSessions();
    list.write(['a'], false);
    expect(list.read('BEST_MATCH')).toBeUndefined();
  });

  test('does not have a session that was evicted', () => {
    const list = openSessions();
    list.write(['a', 'b'], false);
    list.cache.evict({ id: 'ChatSession:a' });
    expect(idsOf(list.read())).toEqual(['b']);
  });
});

function openMessages() {
  const cache = createCache();
  return {
    write(ids: string[], hasPreviousPage: boolean, before?: string) {
      const pageInfo = { hasPreviousPage, startCursor: ids[0] ?? null };
      const messages = { edges: toEdges(ids, 'ChatMessage'), pageInfo };
      const session = { __typename: 'ChatSession', id: 's1', messages };
      cache.writeQuery({ query: MESSAGES, variables: { before }, data: { session } });
    },
    read: () =>
      cache.readQuery<{ session: { messages: Page } }>({ query: MESSAGES })?.session.messages,
  };
}

describe('the messages of a chat', () => {
  test('grow by the page before them', () => {
    const list = openMessages();
    list.write(['c', 'd'], true);
    list.write(['a', 'b'], false, 'c');
    expect(idsOf(list.read())).toEqual(['a', 'b', 'c', 'd']);
    expect(list.read()?.pageInfo).toEqual({ hasPreviousPage: false, startCursor: 'a' });
  });

  test('keep the earlier pages when the last page is refetched with a new message', () => {
    const list = openMessages();
    list.write(['c', 'd'], true);
    list.write(['a', 'b'], false, 'c');
    list.write(['d', 'e'], true);
    expect(idsOf(list.read())).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(list.read()?.pageInfo).toEqual({ hasPreviousPage: false, startCursor: 'a' });
  });

  test('start again when so many are new that the pages do not meet', () => {
    const list = openMessages();
    list.write(['a', 'b'], false);
    list.write(['x', 'y'], true);
    expect(idsOf(list.read())).toEqual(['x', 'y']);
    expect(list.read()?.pageInfo).toEqual({ hasPreviousPage: true, startCursor: 'x' });
  });

  test('lose the message that a new answer replaced', () => {
    const list = openMessages();
    list.write(['a', 'b'], false);
    list.write(['a', 'c'], false);
    expect(idsOf(list.read())).toEqual(['a', 'c']);
  });
});

describe('the audit trail', () => {
  const cache = createCache();
  const write = (ids: string[], last = 2, before?: string) => {
    const pageInfo = { hasPreviousPage: true, startCursor: ids[0] };
    const history = { edges: toEdges(ids, 'SessionEvent'), pageInfo };
    const session = { __typename: 'ChatSession', id: 's1', history };
    cache.writeQuery({ query: HISTORY, variables: { last, before }, data: { session } });
  };
  const read = (last = 2) =>
    idsOf(
      cache.readQuery<{ session: { history: Page } }>({ query: HISTORY, variables: { last } })
        ?.session.history,
    );

  test('keeps its earlier pages when new events come at its end', () => {
    write(['c', 'd']);
    write(['a', 'b'], 2, 'c');
    write(['d', 'e']);
    expect(read()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('and the newest event alone are two lists', () => {
    write(['e'], 1);
    write(['f'], 1);
    expect(read(1)).toEqual(['f']);
    expect(read()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

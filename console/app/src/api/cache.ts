import { type FieldPolicy, InMemoryCache, type Reference } from '@apollo/client';

import generated from '../gql/possibleTypes';

interface Edge {
  node: Reference;
}

interface CursorEdge extends Edge {
  cursor: string;
}

interface ForwardConnection {
  edges: CursorEdge[];
  pageInfo: { hasNextPage: boolean };
}

interface BackwardConnection {
  edges: Edge[];
  pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
}

/**
 * Pages that are loaded with `after`. A refetch of page one replaces it and keeps the pages behind
 * it, which Apollo's `relayStylePagination` drops.
 */
const forwardPagination = (keyArgs: string[]): FieldPolicy<ForwardConnection> => ({
  keyArgs,
  read: (connection, { canRead }) =>
    connection && { ...connection, edges: connection.edges.filter((edge) => canRead(edge.node)) },
  merge(existing, incoming, { args }) {
    if (!existing) return incoming;
    if (args?.after)
      return { ...incoming, edges: [...omitEdges(existing, incoming), ...incoming.edges] };
    const rest = incoming.pageInfo.hasNextPage ? findRemainingEdges(existing, incoming) : [];
    if (rest.length === 0) return incoming;
    return { ...incoming, edges: [...incoming.edges, ...rest], pageInfo: existing.pageInfo };
  },
});

/**
 * Pages that are loaded from the end with `before`. A refetch of the last page keeps the pages
 * before it, unless so many items are new that the two no longer overlap.
 */
const backwardPagination = (keyArgs: string[] = []): FieldPolicy<BackwardConnection> => ({
  keyArgs,
  merge(existing, incoming, { args }) {
    if (!existing) return incoming;
    const edges = existing.edges;
    if (args?.before)
      return { ...incoming, edges: [...incoming.edges, ...omitEdges(existing, incoming)] };
    const first = incoming.edges[0]?.node.__ref;
    const overlap = edges.findIndex((edge) => edge.node.__ref === first);
    if (overlap < 1) return incoming;
    return {
      ...incoming,
      edges: [...edges.slice(0, overlap), ...incoming.edges],
      pageInfo: existing.pageInfo,
    };
  },
});

/** The existing edges without the nodes of the incoming ones. */
function omitEdges<Item extends Edge>(
  existing: { edges: Item[] },
  incoming: { edges: Edge[] },
): Item[] {
  const refs = new Set(incoming.edges.map((edge) => edge.node.__ref));
  return existing.edges.filter((edge) => !refs.has(edge.node.__ref));
}

/**
 * The edges behind the last incoming one. None if that has another cursor than before: the list
 * has changed so much that the pages may not be adjacent.
 */
function findRemainingEdges(
  existing: ForwardConnection,
  incoming: ForwardConnection,
): CursorEdge[] {
  const last = incoming.edges.at(-1);
  const index = existing.edges.findIndex(
    ({ node, cursor }) => node.__ref === last?.node.__ref && cursor === last.cursor,
  );
  if (index < 0) return [];
  return omitEdges({ edges: existing.edges.slice(index + 1) }, incoming);
}

export const createCache = () =>
  new InMemoryCache({
    possibleTypes: generated.possibleTypes,
    typePolicies: {
      Query: { fields: { sessions: forwardPagination(['filter', 'orderBy']) } },
      // The newest event alone is a list of its own.
      AISession: { fields: { history: backwardPagination(['last']) } },
      ChatSession: { fields: { messages: backwardPagination() } },
      GuidedSession: { fields: { steps: backwardPagination() } },
      TokenUsage: { merge: true },
    },
  });

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
 * Lists that grow by pages. Page one may be asked for again: what was scrolled to behind it stays,
 * what has left it is gone. `grows` is for those that get longer at their end.
 */
const forwardPagination = (
  keyArgs: string[],
  { grows = false } = {},
): FieldPolicy<ForwardConnection> => ({
  keyArgs,
  read: (known, { canRead }) =>
    known && { ...known, edges: known.edges.filter((edge) => canRead(edge.node)) },
  merge(existing, incoming, { args }) {
    if (!existing) return incoming;
    if (args?.after)
      return { ...incoming, edges: [...omitEdges(existing, incoming), ...incoming.edges] };
    const rest = incoming.pageInfo.hasNextPage ? findRemainingEdges(existing, incoming) : [];
    if (rest.length === 0) return incoming;
    const pageInfo = grows ? { ...existing.pageInfo, hasNextPage: true } : existing.pageInfo;
    return { ...incoming, edges: [...incoming.edges, ...rest], pageInfo };
  },
});

const collectRefs = ({ edges }: { edges: Edge[] }) => new Set(edges.map((edge) => edge.node.__ref));

function omitEdges<Some extends Edge>(
  existing: { edges: Some[] },
  incoming: { edges: Edge[] },
): Some[] {
  const come = collectRefs(incoming);
  return existing.edges.filter((edge) => !come.has(edge.node.__ref));
}

/**
 * What stood behind the last of those that have come again. Nothing, where that has another place
 * than it had: so much has come before it that the two may not meet.
 */
function findRemainingEdges(
  existing: ForwardConnection,
  incoming: ForwardConnection,
): CursorEdge[] {
  const last = incoming.edges.at(-1);
  const at = existing.edges.findIndex(
    ({ node, cursor }) => node.__ref === last?.node.__ref && cursor === last.cursor,
  );
  if (at < 0) return [];
  return omitEdges({ edges: existing.edges.slice(at + 1) }, incoming);
}

/**
 * Lists that are read from their end. The end may be asked for again, and what was added before it
 * stays, unless so much has come that the two do not meet.
 */
const backwardPagination: FieldPolicy<BackwardConnection> = {
  keyArgs: [],
  merge(existing, incoming, { args }) {
    if (!existing) return incoming;
    const edges = existing.edges;
    if (args?.before)
      return { ...incoming, edges: [...incoming.edges, ...omitEdges(existing, incoming)] };
    const first = incoming.edges[0]?.node.__ref;
    const meet = edges.findIndex((edge) => edge.node.__ref === first);
    if (meet < 1) return incoming;
    return {
      ...incoming,
      edges: [...edges.slice(0, meet), ...incoming.edges],
      pageInfo: existing.pageInfo,
    };
  },
};

export const createCache = () =>
  new InMemoryCache({
    possibleTypes: generated.possibleTypes,
    typePolicies: {
      Query: { fields: { sessions: forwardPagination(['filter', 'orderBy']) } },
      AISession: { fields: { history: forwardPagination([], { grows: true }) } },
      ChatSession: { fields: { messages: backwardPagination } },
      GuidedSession: { fields: { steps: backwardPagination } },
      TokenUsage: { merge: true },
    },
  });

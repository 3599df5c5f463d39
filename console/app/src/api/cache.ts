import { type FieldPolicy, InMemoryCache, type Reference } from '@apollo/client';

import generated from '../gql/possibleTypes';

interface Edge {
  node: Reference;
}

interface Placed extends Edge {
  cursor: string;
}

interface Page {
  edges: Placed[];
  pageInfo: { hasNextPage: boolean };
}

interface Tail {
  edges: Edge[];
  pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
}

/**
 * Lists that grow by pages. Page one may be asked for again: what was scrolled to behind it stays,
 * what has left it is gone. `grows` is for those that get longer at their end.
 */
const pagesBy = (keyArgs: string[], { grows = false } = {}): FieldPolicy<Page> => ({
  keyArgs,
  read: (known, { canRead }) =>
    known && { ...known, edges: known.edges.filter((edge) => canRead(edge.node)) },
  merge(existing, incoming, { args }) {
    if (!existing) return incoming;
    if (args?.after)
      return { ...incoming, edges: [...except(existing, incoming), ...incoming.edges] };
    const rest = incoming.pageInfo.hasNextPage ? behind(existing, incoming) : [];
    if (rest.length === 0) return incoming;
    const pageInfo = grows ? { ...existing.pageInfo, hasNextPage: true } : existing.pageInfo;
    return { ...incoming, edges: [...incoming.edges, ...rest], pageInfo };
  },
});

const refs = ({ edges }: { edges: Edge[] }) => new Set(edges.map((edge) => edge.node.__ref));

function except<Some extends Edge>(
  existing: { edges: Some[] },
  incoming: { edges: Edge[] },
): Some[] {
  const come = refs(incoming);
  return existing.edges.filter((edge) => !come.has(edge.node.__ref));
}

/**
 * What stood behind the last of those that have come again. Nothing, where that has another place
 * than it had: so much has come before it that the two may not meet.
 */
function behind(existing: Page, incoming: Page): Placed[] {
  const last = incoming.edges.at(-1);
  const at = existing.edges.findIndex(
    ({ node, cursor }) => node.__ref === last?.node.__ref && cursor === last.cursor,
  );
  if (at < 0) return [];
  return except({ edges: existing.edges.slice(at + 1) }, incoming);
}

/**
 * Lists that are read from their end. The end may be asked for again, and what was added before it
 * stays, unless so much has come that the two do not meet.
 */
const fromItsEnd: FieldPolicy<Tail> = {
  keyArgs: [],
  merge(existing, incoming, { args }) {
    if (!existing) return incoming;
    const edges = existing.edges;
    if (args?.before)
      return { ...incoming, edges: [...incoming.edges, ...except(existing, incoming)] };
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

export const newCache = () =>
  new InMemoryCache({
    possibleTypes: generated.possibleTypes,
    typePolicies: {
      Query: { fields: { sessions: pagesBy(['filter', 'orderBy']) } },
      AISession: { fields: { history: pagesBy([], { grows: true }) } },
      ChatSession: { fields: { messages: fromItsEnd } },
      GuidedSession: { fields: { steps: fromItsEnd } },
      TokenUsage: { merge: true },
    },
  });

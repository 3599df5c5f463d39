import { type FieldPolicy, InMemoryCache, type Reference } from '@apollo/client';

import generated from '../gql/possibleTypes';

interface Edge {
  node: Reference;
}

interface Page {
  edges: Edge[];
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

function except(existing: { edges: Edge[] }, incoming: { edges: Edge[] }): Edge[] {
  const come = refs(incoming);
  return existing.edges.filter((edge) => !come.has(edge.node.__ref));
}

/** What stood behind the last of those that have come again. */
function behind(existing: Page, incoming: Page): Edge[] {
  const come = refs(incoming);
  const last = existing.edges.findLastIndex((edge) => come.has(edge.node.__ref));
  return existing.edges.slice(last + 1);
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

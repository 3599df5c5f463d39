import { type FieldPolicy, InMemoryCache, type Reference } from '@apollo/client';

import generated from '../gql/possibleTypes';

interface Page {
  edges: { node: Reference }[];
  pageInfo: { hasNextPage: boolean };
}

interface Tail {
  edges: { node: Reference }[];
  pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
}

/**
 * Lists that grow by pages. They are put together by what is in them: page one may be asked for again, with new items in it, and what was scrolled to stays.
 */
const pagesBy = (...keyArgs: string[]): FieldPolicy<Page> => ({
  keyArgs,
  merge(existing, incoming, { args }) {
    if (!existing) return incoming;
    const come = new Set(incoming.edges.map((edge) => edge.node.__ref));
    const others = existing.edges.filter((edge) => !come.has(edge.node.__ref));
    if (args?.after) return { ...incoming, edges: [...others, ...incoming.edges] };
    if (!incoming.pageInfo.hasNextPage || others.length === 0) return incoming;
    return { ...incoming, edges: [...incoming.edges, ...others], pageInfo: existing.pageInfo };
  },
});

/**
 * Lists that are read from their end. The end may be asked for again, and what was added before it
 * stays, unless so much has come that the two do not meet.
 */
const fromItsEnd: FieldPolicy<Tail> = {
  keyArgs: [],
  merge(existing, incoming, { args }) {
    if (!existing) return incoming;
    const edges = existing.edges;
    if (args?.before) return { ...incoming, edges: [...incoming.edges, ...edges] };
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
      Query: { fields: { sessions: pagesBy('filter', 'orderBy') } },
      AISession: { fields: { history: pagesBy() } },
      ChatSession: { fields: { messages: fromItsEnd } },
      GuidedSession: { fields: { steps: fromItsEnd } },
      TokenUsage: { merge: true },
    },
  });

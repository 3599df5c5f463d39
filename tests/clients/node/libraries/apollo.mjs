// Apollo Client, with queries over HTTP and subscriptions by `graphql-ws`.
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { ApolloLink } from '@apollo/client/link';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

export function connect(url, { possibleTypes }) {
  const socket = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket });
  const cache = new InMemoryCache({ possibleTypes });
  const client = new ApolloClient({
    cache,
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      new GraphQLWsLink(socket),
      new HttpLink({ uri: url }),
    ),
  });
  return {
    query: async (document, variables) =>
      (await client.query({ query: gql(document), variables, fetchPolicy: 'network-only' })).data,
    readCache: (document, variables) => cache.readQuery({ query: gql(document), variables }),
    mutate: async (document, variables) =>
      (await client.mutate({ mutation: gql(document), variables })).data,
    subscribe(document, variables, next) {
      const events = client.subscribe({ query: gql(document), variables });
      const subscription = events.subscribe({ next: ({ data }) => next(data), error: fail });
      return () => subscription.unsubscribe();
    },
    close: () => socket.dispose(),
  };
}

function fail(error) {
  throw error;
}

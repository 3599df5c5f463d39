// urql with Graphcache, and subscriptions by `graphql-sse`.
import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { createClient } from 'graphql-sse';

// When it has an answer urql aborts its request, and looks no more at what comes of that. A browser
// notes it in its console.
process.on('unhandledRejection', (reason) => {
  if (reason?.name !== 'AbortError') throw reason;
});

export function connect(url, { embeddedTypes }, sdl) {
  const events = createClient({ url });
  const client = new Client({
    url,
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        keys: Object.fromEntries(embeddedTypes.map((name) => [name, () => null])),
        // With `possibleTypes` alone it warns of each fragment that does not match.
        schema: introspectionFromSchema(buildSchema(sdl)),
        logger: (severity, message) => {
          throw new Error(`${severity}: ${message}`);
        },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: events.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
  const query = async (document, variables, requestPolicy) =>
    dataOf(await client.query(gql(document), variables, { requestPolicy }));
  return {
    query: (document, variables) => query(document, variables, 'network-only'),
    readCache: (document, variables) => query(document, variables, 'cache-only'),
    mutate: async (document, variables) =>
      dataOf(await client.mutation(gql(document), variables)),
    subscribe(document, variables, next) {
      const subscription = client
        .subscription(gql(document), variables)
        .subscribe((result) => next(dataOf(result)));
      return () => subscription.unsubscribe();
    },
    close: () => events.dispose(),
  };
}

function dataOf({ data, error }) {
  if (error) throw error;
  return data;
}

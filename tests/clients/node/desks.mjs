// Does a technician's work with a client library as its documentation says, each with the protocols
// it prefers, and prints what it was told. Nothing here is ours but the documents.
//
//   node desks.mjs apollo|apollo-persisted|urql http://127.0.0.1:8000/graphql
import { createHash } from 'node:crypto';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { ApolloLink } from '@apollo/client/link';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, cacheExchange, fetchExchange, gql as document } from '@urql/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [library, url] = process.argv.slice(2);

// When a stream has ended urql aborts its request, and looks no more at what comes of that. A
// browser notes it in its console.
process.on('unhandledRejection', (reason) => {
  if (reason?.name !== 'AbortError') throw reason;
});

const START = `mutation Start($text: String!) {
  createSession(input: { sessionType: CHAT, intake: { text: $text } }) {
    ... on CreateSessionSuccess { session { id sessionType } generation { id } }
    ... on Error { message }
  }
}`;
const FOLLOW = `subscription Follow($id: ID!) {
  generationEvents(generationId: $id) {
    cursor
    ... on TokenDelta { text }
    ... on GenerationCompleted { message { content } }
  }
}`;
const READ = `query Read($id: ID!) {
  session(id: $id) {
    id displayTitle
    ... on ChatSession { messages { totalCount edges { node { role content } } } }
  }
}`;

function apollo(persisted) {
  const http = new HttpLink({ uri: url });
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const socket = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket });
  const client = new ApolloClient({
    cache: new InMemoryCache({ possibleTypes: { AISession: ['GuidedSession', 'ChatSession'] } }),
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      new GraphQLWsLink(socket),
      persisted ? ApolloLink.from([new PersistedQueryLink({ sha256 }), http]) : http,
    ),
  });
  return {
    ask: async (text, variables) =>
      (await client.query({ query: gql(text), variables, fetchPolicy: 'network-only' })).data,
    change: async (text, variables) =>
      (await client.mutate({ mutation: gql(text), variables })).data,
    follow: (text, variables, next) =>
      new Promise((complete, error) =>
        client
          .subscribe({ query: gql(text), variables })
          .subscribe({ next: ({ data }) => next(data), error, complete }),
      ),
    close: () => socket.dispose(),
  };
}

// Its `Accept` names server-sent events first, for every request.
function urql() {
  const client = new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetchSubscriptions: true,
    preferGetMethod: false,
  });
  const done = ({ data, error }) => {
    if (error) throw error;
    return data;
  };
  return {
    ask: async (text, variables) =>
      done(await client.query(document(text), variables, { requestPolicy: 'network-only' })),
    change: async (text, variables) => done(await client.mutation(document(text), variables)),
    follow: (text, variables, next) =>
      new Promise((complete, reject) => {
        client.subscription(document(text), variables).subscribe(({ data, error }) => {
          if (error) reject(error);
          else if (data) next(data);
          if (data?.generationEvents.message) complete();
        });
      }),
    close: () => {},
  };
}

const desk = {
  apollo: () => apollo(false),
  'apollo-persisted': () => apollo(true),
  urql,
}[library]();

const { createSession } = await desk.change(START, { text: 'Outlook shows no new mail' });
let read = '';
let whole = null;
await desk.follow(FOLLOW, { id: createSession.generation.id }, ({ generationEvents: event }) => {
  read += event.text ?? '';
  whole = event.message?.content ?? whole;
});
const first = await desk.ask(READ, { id: createSession.session.id });
const again = await desk.ask(READ, { id: createSession.session.id });
await desk.close();
console.log(
  JSON.stringify({
    type: createSession.session.__typename ?? createSession.session.sessionType,
    read,
    whole,
    messages: first.session.messages.edges.map(({ node }) => node.content),
    again: again.session.messages.totalCount,
  }),
);
process.exit(0);

// Signs in with tokens that end soon, runs a query and a mutation, and follows a session past the
// ends of its tokens, over as many connections as that takes. Then it changes something, sees that
// arrive, and prints what happened. Nothing here is ours but the documents.
//
//   node sign_in.mjs ws|sse http://127.0.0.1:8000/graphql http://127.0.0.1:9000/token
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';

const [transport, url, tokens] = process.argv.slice(2);
const TOKENS_TO_OUTLIVE = 3;

const VIEWER = '{ viewer { name } }';
const START = `mutation {
  createSession(input: { sessionType: CHAT, intake: { text: "Outlook shows no new mail" } }) {
    ... on CreateSessionSuccess { session { id history(first: 1) { edges { node { cursor } } } } }
    ... on Error { message }
  }
}`;
const FOLLOW = `subscription ($session: ID!, $after: String) {
  sessionEvents(sessionId: $session, after: $after) { kind }
}`;
const PAUSE = `mutation ($session: ID!) {
  pause(input: { sessionId: $session }) { __typename }
}`;

const closings = [];
let signIns = 0;

async function signIn() {
  signIns++;
  return { Authorization: `Bearer ${await (await fetch(tokens)).text()}` };
}

const again = { retryAttempts: 20, retryWait: () => new Promise((done) => setTimeout(done, 100)) };
const clients = {
  ws: () =>
    createWsClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: signIn,
      on: { closed: ({ code, reason }) => closings.push({ code, reason }) },
      ...again,
    }),
  sse: () => createSseClient({ url, headers: signIn, ...again }),
};
const client = clients[transport]();

async function once(query, variables) {
  for await (const { data, errors } of client.iterate({ query, variables })) {
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }
}

async function follow(session, after) {
  const kinds = [];
  for await (const { data, errors } of client.iterate({
    query: FOLLOW,
    variables: { session, after },
  })) {
    if (errors) throw new Error(JSON.stringify(errors));
    kinds.push(data.sessionEvents.kind);
    if (kinds.at(-1) === 'PAUSED') return kinds;
  }
}

const { viewer } = await once(VIEWER);
const { session } = (await once(START)).createSession;
const following = follow(session.id, session.history.edges[0].node.cursor);
const before = signIns;
while (signIns < before + TOKENS_TO_OUTLIVE) await new Promise((done) => setTimeout(done, 100));
const paused = (await once(PAUSE, { session: session.id })).pause.__typename;
const kinds = await following;
await client.dispose();
console.log(JSON.stringify({ viewer, paused, kinds, closings }));
process.exit();

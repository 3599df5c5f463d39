// Follows a chat with the `graphql-ws` client, leaves in the middle of the answer, comes back with
// its cursor, and prints what it has read in all. Nothing here is ours but the documents.
//
//   node reconnect.mjs ws://127.0.0.1:8000/graphql "Outlook shows no new mail"
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, problem] = process.argv.slice(2);
const EVENTS_BEFORE_LEAVING = 3;

const START = `mutation ($text: String!) {
  createSession(input: { sessionType: CHAT, intake: { text: $text } }) {
    ... on CreateSessionSuccess { session { id } generation { id } }
    ... on Error { message }
  }
}`;
const FOLLOW = `subscription ($session: ID!, $after: String) {
  chatTokens(sessionId: $session, after: $after) {
    __typename
    cursor
    ... on TokenDelta { text }
  }
}`;
const MESSAGES = `query ($session: ID!) {
  session(id: $session) {
    ... on ChatSession { messages(last: 1) { edges { node { role content } } } }
  }
}`;

const connect = () => createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });

async function once(query, variables) {
  const client = connect();
  for await (const { data, errors } of client.iterate({ query, variables })) {
    await client.dispose();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }
}

/** Reads until `isEnough`; gives the text and the cursor it got to. */
async function read(session, after, isEnough) {
  const client = connect();
  let [text, cursor, count] = ['', after, 0];
  for await (const { data, errors } of client.iterate({
    query: FOLLOW,
    variables: { session, after },
  })) {
    if (errors) throw new Error(JSON.stringify(errors));
    const event = data.chatTokens;
    cursor = event.cursor;
    text += event.text ?? '';
    if (isEnough(event, ++count)) break;
  }
  client.terminate();
  return { text, cursor };
}

const { createSession } = await once(START, { text: problem });
const session = createSession.session.id;
const first = await read(session, null, (_, count) => count === EVENTS_BEFORE_LEAVING);
const rest = await read(session, first.cursor, (event) => event.__typename === 'GenerationCompleted');
const stored = (await once(MESSAGES, { session })).session.messages.edges[0].node;
console.log(JSON.stringify({ first: first.text, rest: rest.text, stored }));

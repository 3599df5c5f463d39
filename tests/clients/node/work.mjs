// Does a technician's work with a client library and its normalized cache: follows the dashboard,
// begins a chat, sends a message, rates the answer, deletes the session. Prints what the library
// made of it. Nothing here is ours but the documents.
//
//   node work.mjs apollo|urql|relay http://127.0.0.1:8000/graphql cache-config.json schema.graphql
import { readFile } from 'node:fs/promises';

import { ANSWER, DASHBOARD, DELETE, RATE, READ, SEND, START } from './documents.mjs';

const [library, url, ...files] = process.argv.slice(2);
const { connect } = await import(`./libraries/${library}.mjs`);
const [cacheConfig, sdl] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
const client = await connect(url, JSON.parse(cacheConfig), sdl);

/** The events of a subscription, one after another. */
function events(document, variables) {
  const [waiting, come] = [[], []];
  const stop = client.subscribe(document, variables, (data) => {
    const [event] = Object.values(data);
    if (waiting.length > 0) waiting.shift()(event);
    else come.push(event);
  });
  const next = () =>
    come.length > 0 ? come.shift() : new Promise((resolve) => waiting.push(resolve));
  const until = async (isWanted) => {
    for (;;) {
      const event = await next();
      if (isWanted(event)) return event;
    }
  };
  return { next, until, stop };
}

async function mutate(document, input) {
  const [result] = Object.values(await client.mutate(document, { input }));
  if (result.code) throw new Error(JSON.stringify(result));
  return result;
}

/** Reads an answer from its cursor to its end. */
async function readAnswer(session, { id, cursor }) {
  const answer = events(ANSWER, { session, after: cursor });
  let text = '';
  const last = await answer.until((event) => {
    text += event.text ?? '';
    return event.generation.id === id && event.message;
  });
  answer.stop();
  return { text, message: last.message };
}

const dashboard = events(DASHBOARD, {});
const snapshot = await dashboard.next();

const input = { sessionType: 'CHAT', intake: { text: 'Outlook shows no new mail' } };
const { session, generation } = await mutate(START, input);
await readAnswer(session.id, generation);
const sent = await mutate(SEND, { sessionId: session.id, content: 'Only on the phone' });
const answer = await readAnswer(session.id, sent.generation);

const before = await client.query(READ, { id: session.id });
const rated = await mutate(RATE, { messageId: answer.message.id, rating: 'UP' });
const cached = await client.readCache(READ, { id: session.id });

const deleted = await mutate(DELETE, { sessionId: session.id });
const titles = [before.session.displayTitle];
const removed = await dashboard.until((event) => {
  if (event.session?.id === session.id) titles.push(event.session.displayTitle);
  return event.__typename === 'DashboardSessionRemoved' && event.sessionId === session.id;
});
const after = await client.readCache(READ, { id: session.id });
dashboard.stop();
await client.close();

const texts = ({ session }) => session.messages.edges.map(({ node }) => node.content);
console.log(
  JSON.stringify({
    snapshot: snapshot.__typename,
    sent: sent.chatMessage.content,
    streamed: answer.text,
    messages: texts(before),
    rated: { id: rated.chatMessage.id, rating: rated.chatMessage.rating },
    answer: answer.message.id,
    ratedInCache: cached.session.messages.edges.find(({ node }) => node.id === rated.chatMessage.id)
      .node.rating,
    session: session.id,
    deleted: deleted.deletedSessionId,
    removed: { sessionId: removed.sessionId, reason: removed.reason },
    titlesTold: titles,
    cachedTitle: after.session.displayTitle,
    cachedStatus: after.session.status,
  }),
);
process.exit(0);

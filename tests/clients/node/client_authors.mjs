// Uses what the page for authors of clients defines, through a proxy that cuts every connection in
// the middle of an answer, and prints what came of it.
//
//   node client_authors.mjs http://127.0.0.1:8000/graphql page.mjs answer.graphql history.graphql
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { gql } from '@apollo/client/core';

const [url, page, ...files] = process.argv.slice(2);
const [answer, history] = files.map((file) => readFileSync(file, 'utf8'));
const API = 'http://127.0.0.1:8000/graphql';

const open = new Set();
const proxy = createServer((near) => {
  const far = connect(new URL(url).port, '127.0.0.1');
  for (const [from, to] of [
    [near, far],
    [far, near],
  ]) {
    open.add(from);
    from.on('error', () => to.destroy()).on('close', () => to.destroy());
    from.pipe(to);
  }
});
await new Promise((listening) => proxy.listen(0, '127.0.0.1', listening));
const through = `http://127.0.0.1:${proxy.address().port}/graphql`;
writeFileSync(page, readFileSync(page, 'utf8').replace(API, through));
const { apollo, urql, socket, events, follow, describeEvent } = await import(pathToFileURL(page));

const START = gql(`
  mutation Start($text: String!) {
    createSession(input: { sessionType: CHAT, intake: { text: $text } }) {
      ... on CreateSessionSuccess { session { id } generation { id cursor } }
      ... on Error { message }
    }
  }
`);

/** The text of an answer by a client that loses its connection once, and what is stored. */
async function readAnswer(client, text) {
  const { data } = await apollo.mutate({ mutation: START, variables: { text } });
  const { id: generation, cursor: after } = data.createSession.generation;
  let [read, stored, cuts] = ['', null, 0];
  await follow(client, answer, { generation, after }, (event) => {
    read += event.text ?? '';
    stored = event.message?.content ?? stored;
    if (event.text && cuts === 0) {
      cuts++;
      open.forEach((each) => each.destroy());
    }
  });
  return { read, stored, cuts };
}

const bySocket = await readAnswer(socket, 'Outlook shows no new mail. '.repeat(4));
const byEvents = await readAnswer(events, 'The printer does not print. '.repeat(4));
const rows = await apollo.query({ query: gql(history), variables: {} });
const sameRows = await urql.query(gql(history), {}).toPromise();
if (sameRows.error) throw sameRows.error;
const titles = ({ sessions }) => sessions.edges.map(({ node }) => node.displayTitle);
console.log(
  JSON.stringify({
    bySocket,
    byEvents,
    apollo: titles(rows.data),
    urql: titles(sameRows.data),
    kinds: ['ESCALATED', 'A_NEW_KIND'].map(describeEvent),
  }),
);
process.exit(0);

// Runs the audits of GraphQL over HTTP that come with `graphql-http`, and prints each with its
// outcome.
//
//   node audit.mjs http://127.0.0.1:8000/graphql
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
const outcomes = [];
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const { status, reason } = await audit.fn();
  outcomes.push({ id: audit.id, name: audit.name, status, reason });
}
console.log(JSON.stringify(outcomes));

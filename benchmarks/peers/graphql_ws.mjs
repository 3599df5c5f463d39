// Tokens from memory to all who subscribe, by graphql-ws: node graphql_ws.mjs PORT
import { createServer } from "node:http";
import { setImmediate, setTimeout } from "node:timers/promises";
import { buildSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

const BEHIND = 16;
const queues = new Set();

class Queue {
  tokens = [];
  wakeReader = () => {};
  wakeWriter = () => {};

  async put(token) {
    while (this.tokens.length >= BEHIND && queues.has(this)) {
      await new Promise((resolve) => (this.wakeWriter = resolve));
    }
    this.tokens.push(token);
    this.wakeReader();
  }

  async next() {
    while (!this.tokens.length) {
      await new Promise((resolve) => (this.wakeReader = resolve));
    }
    this.wakeWriter();
    return { value: { tokens: this.tokens.shift() }, done: false };
  }

  async return() {
    queues.delete(this);
    this.wakeWriter();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

function tokens() {
  const queue = new Queue();
  queues.add(queue);
  return queue;
}

async function publish({ first, count, pause }) {
  for (let seq = first; seq < first + count; seq++) {
    const token = { seq, text: `token ${seq} `, ts: Date.now() };
    for (const queue of queues) {
      if (queue.tokens.length < BEHIND) queue.put(token);
      else await queue.put(token);
    }
    await (pause ? setTimeout(pause * 1000) : setImmediate());
  }
  return queues.size;
}

const schema = buildSchema(`
  type Token { seq: Int! text: String! ts: Float! }
  type Query { hello: String! }
  type Mutation { publish(first: Int!, count: Int!, pause: Float!): Int! }
  type Subscription { tokens: Token! }
`);
const roots = { query: {}, mutation: { publish }, subscription: { tokens } };
const server = createServer();
useServer({ schema, roots }, new WebSocketServer({ server, path: "/" }));
server.listen(Number(process.argv[2]), "127.0.0.1");

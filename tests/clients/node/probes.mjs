// Asks a server what `graphql-transport-ws` leaves no doubt about, and prints each question with
// the answer that was wanted and the one that came.
//
//   node probes.mjs ws://127.0.0.1:8000/graphql 'subscription that ends' 'subscription that stays'
import WebSocket from 'ws';

const [url, SHORT, LONG] = process.argv.slice(2);
const PROTOCOL = 'graphql-transport-ws';
const PATIENCE = 20_000;
/** How long nothing must happen before it is taken for granted that nothing will. */
const QUIET = 500;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Socket {
  messages = [];
  binary = 0;

  constructor(protocol = PROTOCOL, options = {}) {
    this.ws = new WebSocket(url, protocol, { handshakeTimeout: PATIENCE, ...options });
    this.ws.on('message', (data, isBinary) => {
      this.binary += isBinary ? 1 : 0;
      this.messages.push(JSON.parse(data));
    });
    this.closed = new Promise((resolve) => this.ws.on('close', resolve));
    this.opened = new Promise((resolve) => {
      this.ws.on('open', () => resolve('open'));
      this.ws.on('error', ({ message }) => resolve(message));
    });
  }

  send(message) {
    this.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  async wait(isIt, patience = PATIENCE) {
    const end = Date.now() + patience;
    let gone = false;
    this.closed.then(() => (gone = true));
    while (Date.now() < end) {
      const found = this.messages.find(isIt);
      if (found || gone) return found;
      await sleep(5);
    }
  }

  type = async (type) => (await this.wait((message) => message.type === type))?.type;

  /** The first thing said about an operation, or the code the socket closes with. */
  async verdict(id = '1') {
    const said = this.wait((message) => message.id === id).then((message) => message?.type);
    return (await Promise.race([said, this.closed])) ?? this.closed;
  }

  isOpen = () => Promise.race([this.closed.then(() => false), sleep(QUIET).then(() => true)]);
}

const opened = async (protocol, options) => {
  const socket = new Socket(protocol, options);
  const outcome = await socket.opened;
  return { socket, outcome };
};

const ready = async (payload) => {
  const { socket } = await opened();
  socket.send({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
  await Promise.race([socket.type('connection_ack'), socket.closed]);
  return socket;
};

const begin = (query, id = '1', more = {}) => ({ id, type: 'subscribe', payload: { query, ...more } });

/** What becomes of a socket, introduced or not, that is sent this. */
const fresh = async (message) => {
  const { socket } = await opened();
  socket.send(message);
  return socket.closed;
};
const closing = async (message) => {
  const socket = await ready();
  socket.send(message);
  return socket.closed;
};
const answer = async (message) => {
  const socket = await ready();
  socket.send(message);
  return socket.verdict();
};
const ending = async (query) => {
  const socket = await ready();
  socket.send(begin(query));
  return `${await socket.verdict()}, ${(await socket.isOpen()) ? 'open' : 'closed'}`;
};
const handshake = async (protocol, options) => {
  const { socket, outcome } = await opened(protocol, options);
  return outcome === 'open' ? socket.closed : outcome;
};

const deep = '['.repeat(100_000) + ']'.repeat(100_000);
const long = (size) => begin(`{ __typename #${'a'.repeat(size)}\n}`);
const REFUSED = /^(4406|Unexpected server response: 40[03]|Server sent no subprotocol)$/;

const probes = {
  'no subprotocol': [REFUSED, () => handshake([])],
  'the legacy subprotocol': [REFUSED, () => handshake('graphql-ws')],
  'a page of another origin': [/403/, () => handshake(PROTOCOL, { origin: 'https://else.example' })],
  'a page that hides its origin': [/403/, () => handshake(PROTOCOL, { origin: 'null' })],
  'text that is no JSON': [4400, () => fresh('nope')],
  'a binary frame': [4400, () => fresh(Buffer.from('{"type":"ping"}'))],
  'a list': [4400, () => fresh('[1]')],
  'a string': [4400, () => fresh('"x"')],
  'an unknown type': [4400, () => fresh({ type: 'foo' })],
  'an operation before the introduction': [4401, () => fresh(begin(SHORT))],
  'a second introduction': [4429, () => closing({ type: 'connection_init' })],
  'an introduction whose payload is a number': [4400, () => fresh({ type: 'connection_init', payload: 1 })],
  'an introduction whose payload is null': [
    /connection_ack|4400/,
    async () => {
      const socket = await ready(null);
      return socket.messages[0]?.type ?? socket.closed;
    },
  ],
  'ping': [
    'pong',
    async () => {
      const socket = await ready();
      socket.send({ type: 'ping', payload: { a: 1 } });
      return socket.type('pong');
    },
  ],
  'a ping before the introduction': [4401, () => fresh({ type: 'ping' })],
  'a subscription, to its end, in text frames': [
    /^(next,)+complete, 0 binary$/,
    async () => {
      const socket = await ready();
      socket.send(begin(SHORT));
      await socket.type('complete');
      const types = socket.messages.slice(1).map(({ type }) => type);
      return `${types.join()}, ${socket.binary} binary`;
    },
  ],
  'an id that is in use': [
    4409,
    async () => {
      const socket = await ready();
      socket.send(begin(LONG));
      socket.send(begin(LONG));
      return socket.closed;
    },
  ],
  'an invalid operation': ['error, open', () => ending('subscription { nope }')],
  'a document that cannot be parsed': ['error, open', () => ending('{')],
  'a query': [
    'next,complete',
    async () => {
      const socket = await ready();
      socket.send(begin('{ __typename }'));
      await socket.type('complete');
      return socket.messages.slice(1).map(({ type }) => type).join();
    },
  ],
  'a payload that is a number': [4400, () => closing({ id: '1', type: 'subscribe', payload: 1 })],
  'no payload': [4400, () => closing({ id: '1', type: 'subscribe' })],
  'no id': [4400, () => closing({ type: 'subscribe', payload: { query: SHORT } })],
  'an id that is a list': [4400, () => closing(begin(SHORT, [1]))],
  'an empty id': [4400, () => closing(begin(SHORT, ''))],
  'an id that is a number': [4400, () => closing(begin(SHORT, 1))],
  'a query that is an object': [/4400|error/, () => answer(begin({ a: 1 }))],
  'variables that are a list': [/4400|error/, () => answer(begin('{ __typename }', '1', { variables: [1] }))],
  'completed by the client, it stops': [
    'stopped',
    async () => {
      const socket = await ready();
      socket.send(begin(LONG));
      await socket.type('next');
      socket.send({ id: '1', type: 'complete' });
      await sleep(QUIET);
      const seen = socket.messages.length;
      await sleep(QUIET);
      return socket.messages.length === seen ? 'stopped' : 'goes on';
    },
  ],
  'an id once more, after its end': [
    'next',
    async () => {
      const socket = await ready();
      socket.send(begin(SHORT));
      await socket.type('complete');
      socket.messages.length = 0;
      socket.send(begin(SHORT));
      return socket.verdict();
    },
  ],
  'the 101st operation at once': [
    /error|44/,
    async () => {
      const socket = await ready();
      for (let n = 0; n <= 100; n++) socket.send(begin(LONG, `x${n}`));
      return socket.verdict('x100');
    },
  ],
  'JSON that is very deep': [
    /4400|error/,
    () => answer(`{"id":"1","type":"subscribe","payload":{"query":"{__typename}","variables":{"a":${deep}}}}`),
  ],
  'a message of 17 MiB': [/1009|4400/, () => answer(long(17 << 20))],
};

const outcomes = [];
for (const [name, [wanted, probe]] of Object.entries(probes)) {
  const late = sleep(PATIENCE).then(() => 'nothing');
  const got = String(await Promise.race([probe(), late]));
  const passes = wanted instanceof RegExp ? wanted.test(got) : got === String(wanted);
  outcomes.push({ name, wanted: String(wanted), got, passes });
}
console.log(JSON.stringify(outcomes));
process.exit(0);

import { Worker as Thread } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';

import { MAX_CHARACTERS, MAX_FAILURES } from './limits';
import { MarkdownRenderer, type WorkerPort } from './markdownRenderer';

/** A parser that answers with the text itself, never ends on `loop`, and fails on `throw`. */
const PARSER = `
  const { parentPort } = require('node:worker_threads');
  parentPort.postMessage(null);
  parentPort.on('message', ({ id, text }) => {
    while (text === 'loop') {}
    if (text === 'throw') throw new Error('the parser failed');
    parentPort.postMessage({ id, blocks: [text] });
  });
`;

const threads: Thread[] = [];
afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
});

/** A thread of Node with the interface of a worker of a browser. */
function startThread(source = PARSER): WorkerPort {
  const thread = new Thread(source, { eval: true });
  threads.push(thread);
  const port: WorkerPort = {
    onmessage: null,
    onerror: null,
    postMessage: (message) => thread.postMessage(message),
    terminate: () => void thread.terminate(),
  };
  thread.on('message', (data) => port.onmessage?.({ data }));
  thread.on('error', () => port.onerror?.({ preventDefault() {} }));
  return port;
}

const createRenderer = () => new MarkdownRenderer(() => startThread(), 500);

test('texts are parsed one after the other, by one worker', async () => {
  const renderer = createRenderer();
  const texts = Array.from({ length: 20 }, (_, number) => `text ${number}`);
  const found = await Promise.all(texts.map((text) => renderer.parse(text)));
  expect(found).toEqual(texts.map((text) => [text]));
  expect(threads).toHaveLength(1);
});

test('blocks of a text are kept', async () => {
  const renderer = createRenderer();
  expect(renderer.cached('a')).toBeUndefined();
  await renderer.parse('a');
  expect(renderer.cached('a')).toEqual(['a']);
});

test('a text that takes too long is shown as it is, and the next one is parsed', async () => {
  const renderer = createRenderer();
  const found = await Promise.all(['loop', 'next'].map((text) => renderer.parse(text)));
  expect(found).toEqual([null, ['next']]);
  expect(threads).toHaveLength(2);
  // It is not tried again.
  expect(renderer.cached('loop')).toBeNull();
});

test('a text that the parser fails on is shown as it is, and the next one is parsed', async () => {
  const renderer = createRenderer();
  const found = await Promise.all(['throw', 'next'].map((text) => renderer.parse(text)));
  expect(found).toEqual([null, ['next']]);
});

test('after some failures in a row nothing is parsed any more', async () => {
  const renderer = createRenderer();
  const texts = [...Array<string>(MAX_FAILURES).fill('throw'), 'next'];
  // Without the cache, in which one failure would be all.
  const found = await Promise.all(texts.map((text) => renderer.parse(text)));
  expect(found).toEqual(texts.map(() => null));
  expect(threads).toHaveLength(MAX_FAILURES);
});

test('without workers texts are shown as they are', async () => {
  const renderer = new MarkdownRenderer(() => {
    throw new ReferenceError('Worker is not defined');
  });
  expect(await renderer.parse('a')).toBeNull();
});

test('where the parser cannot be loaded texts are shown as they are', async () => {
  const renderer = new MarkdownRenderer(() => startThread("throw new Error('not found')"));
  expect(await Promise.all(['a', 'b', 'c', 'd'].map((text) => renderer.parse(text)))).toEqual(
    Array<null>(4).fill(null),
  );
});

test('a text that is too long does not reach a worker', async () => {
  expect(await createRenderer().parse('a'.repeat(MAX_CHARACTERS + 1))).toBeNull();
  expect(threads).toHaveLength(0);
});

import { expect, test, vi } from 'vitest';

import { GrowingText, type RenderedText } from './growingText';
import { MarkdownRenderer, type ParseRequest, type WorkerPort } from './markdownRenderer';

/** A renderer whose worker answers at once, and the texts that it was given. */
function createRenderer(parse = (text: string): string[] | null => [text]) {
  const parsed: string[] = [];
  const createWorker = (): WorkerPort => {
    const port: WorkerPort = {
      onmessage: null,
      onerror: null,
      postMessage: ({ id, text }: ParseRequest) => {
        parsed.push(text);
        queueMicrotask(() => port.onmessage?.({ data: { id, blocks: parse(text) } }));
      },
      terminate: () => {},
    };
    queueMicrotask(() => port.onmessage?.({ data: null }));
    return port;
  };
  return { renderer: new MarkdownRenderer(createWorker), parsed };
}

function watch(growing: GrowingText): RenderedText[] {
  const shown: RenderedText[] = [];
  growing.subscribe((rendered) => shown.push(rendered));
  return shown;
}

test('of a text that grows word by word a few states are parsed, and the last one', async () => {
  const { renderer, parsed } = createRenderer();
  const growing = new GrowingText(renderer);
  const shown = watch(growing);
  let text = '';
  for (let number = 0; number < 1_000; number += 1) {
    text += `word ${number} `;
    growing.update(text);
    if (number % 100 === 0) await Promise.resolve();
  }
  await vi.waitFor(() => expect(shown.at(-1)).toEqual({ text, blocks: [text] }));
  expect(parsed.length).toBeLessThan(5);
});

test('a text whose beginning was too much is not parsed again', async () => {
  const { renderer, parsed } = createRenderer(() => null);
  const growing = new GrowingText(renderer);
  const shown = watch(growing);
  growing.update('>>>');
  await vi.waitFor(() => expect(shown).toHaveLength(1));
  growing.update('>>>>');
  await vi.waitFor(() => expect(shown.at(-1)).toEqual({ text: '>>>>', blocks: null }));
  expect(parsed).toEqual(['>>>']);
});

test('nothing is parsed for a text that is not shown any more', async () => {
  const { renderer, parsed } = createRenderer();
  const growing = new GrowingText(renderer);
  const stop = growing.subscribe(() => {});
  growing.update('a');
  stop();
  growing.update('ab');
  await new Promise((resume) => setTimeout(resume, 100));
  expect(parsed).toEqual(['a']);
  // It is shown again, as React does in development.
  const shown = watch(growing);
  growing.update('ab');
  await vi.waitFor(() => expect(shown.at(-1)?.text).toBe('ab'));
});

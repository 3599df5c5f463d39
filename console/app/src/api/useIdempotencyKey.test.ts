// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';

import { useIdempotencyKey } from './useIdempotencyKey';

interface Input {
  content: string;
  whenBusy: string;
}
const byContent = ({ content }: Input) => content;
const hello = { content: 'Hello', whenBusy: 'REJECT' };

beforeEach(() => sessionStorage.clear());

test('a retry sends the same key, also after a reload', () => {
  const first = useIdempotencyKey<Input>('chat').withKey(hello, byContent);
  expect(first).toMatchObject(hello);
  expect(first.idempotencyKey).toMatch(/^[0-9a-f]{32}$/);
  expect(useIdempotencyKey<Input>('chat').withKey(hello, byContent)).toEqual(first);
});

test('what does not identify the request is sent as at the first time', () => {
  const { withKey } = useIdempotencyKey<Input>('chat');
  const first = withKey(hello, byContent);
  expect(withKey({ ...hello, whenBusy: 'ENQUEUE' }, byContent)).toEqual(first);
});

test('another request gets another key', () => {
  const { withKey } = useIdempotencyKey<Input>('chat');
  const first = withKey(hello, byContent);
  const second = withKey({ ...hello, content: 'Hello?' }, byContent);
  expect(second.content).toBe('Hello?');
  expect(second.idempotencyKey).not.toBe(first.idempotencyKey);
});

test('once the outcome is known, the same input is a new request', () => {
  const { withKey, forgetKey } = useIdempotencyKey<Input>('chat');
  const first = withKey(hello, byContent);
  forgetKey();
  expect(withKey(hello, byContent).idempotencyKey).not.toBe(first.idempotencyKey);
});

test('forms with other names have keys of their own', () => {
  const first = useIdempotencyKey<Input>('chat.1').withKey(hello, byContent);
  const second = useIdempotencyKey<Input>('chat.2').withKey(hello, byContent);
  expect(second.idempotencyKey).not.toBe(first.idempotencyKey);
});

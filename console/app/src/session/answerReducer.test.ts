import { describe, expect, test } from 'vitest';

import { type AnswerEvent, isFinalEvent, reduceAnswer, startAnswer } from './answerReducer';

const generation = { id: 'g1' };
const delta = (text: string, id = 'g1'): AnswerEvent => ({
  __typename: 'TokenDelta',
  text,
  generation: { id },
});

describe('the answer', () => {
  test('grows by the text of each delta', () => {
    const answer = [delta('The mailbox'), delta(' is full.')].reduce(
      reduceAnswer,
      startAnswer('g1'),
    );
    expect(answer.text).toBe('The mailbox is full.');
    expect(answer.isFinished).toBe(false);
  });

  test('continues after the text that the query returned', () => {
    const answer = reduceAnswer(startAnswer('g1', 'The mailbox'), delta(' is full.'));
    expect(answer.text).toBe('The mailbox is full.');
  });

  test('starts with the first delta when there is none yet', () => {
    expect(reduceAnswer(null, delta('Hello'))).toEqual(startAnswer('g1', 'Hello'));
  });

  test('starts again when the whole text is sent again', () => {
    const answer = reduceAnswer(startAnswer('g1', 'The mail'), {
      __typename: 'GenerationStarted',
      generation,
    });
    expect(answer).toEqual(startAnswer('g1'));
  });

  test('keeps its text when the subscription resumes behind it', () => {
    const before = startAnswer('g1', 'The mail');
    expect(reduceAnswer(before, { __typename: 'GenerationResumed', generation })).toBe(before);
  });

  test('is replaced by the answer of another generation', () => {
    const answer = reduceAnswer(startAnswer('g1', 'The mailbox'), delta('It fills', 'g2'));
    expect(answer).toEqual(startAnswer('g2', 'It fills'));
  });

  test('is finished with the id of its message', () => {
    const answer = reduceAnswer(startAnswer('g1', 'Done.'), {
      __typename: 'GenerationCompleted',
      generation,
      message: { id: 'm1' },
    });
    expect(answer).toEqual({ ...startAnswer('g1', 'Done.'), isFinished: true, messageId: 'm1' });
  });

  test('is finished without a message when a document was written', () => {
    const answer = reduceAnswer(null, { __typename: 'GenerationCompleted', generation });
    expect(answer).toMatchObject({ isFinished: true, messageId: null, failureReason: null });
  });

  test.each(['GenerationFailed', 'GenerationCancelled'] as const)(
    'keeps its text and has the reason after %s',
    (__typename) => {
      const answer = reduceAnswer(startAnswer('g1', 'Half'), {
        __typename,
        generation,
        reason: 'The answer was stopped.',
      });
      expect(answer).toMatchObject({
        text: 'Half',
        isFinished: true,
        failureReason: 'The answer was stopped.',
      });
    },
  );

  test('does not change the object it came from', () => {
    const before = startAnswer('g1', 'The');
    reduceAnswer(before, delta(' mailbox'));
    expect(before.text).toBe('The');
  });
});

test('completed, failed and cancelled are final, everything else is not', () => {
  const final = (
    [
      { __typename: 'GenerationStarted', generation },
      { __typename: 'GenerationResumed', generation },
      delta(''),
      { __typename: 'GenerationCompleted', generation },
      { __typename: 'GenerationFailed', generation, reason: '' },
      { __typename: 'GenerationCancelled', generation, reason: '' },
    ] satisfies AnswerEvent[]
  ).filter(isFinalEvent);
  expect(final.map(({ __typename }) => __typename)).toEqual([
    'GenerationCompleted',
    'GenerationFailed',
    'GenerationCancelled',
  ]);
});

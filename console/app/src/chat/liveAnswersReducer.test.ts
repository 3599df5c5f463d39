import { describe, expect, test } from 'vitest';

import type { AnswerEvent } from '../session/answerReducer';
import {
  applyEvent,
  type ConversationPage,
  createLiveAnswers,
  type LiveAnswers,
  reconcileWithPage,
} from './liveAnswersReducer';
import { buildMessage, buildPage, cancelled, completed, delta, started } from './testConversation';

const question = buildMessage('m1', 'USER');
const applyEvents = (page: ConversationPage, ...events: AnswerEvent[]) =>
  events.reduce(applyEvent, createLiveAnswers(page));
const texts = ({ answers }: LiveAnswers) => answers.map(({ id, text }) => [id, text]);

describe('the live answers', () => {
  test('start with the text of the running answer', () => {
    const live = createLiveAnswers(buildPage([question], { id: 'g1', text: 'The mail' }));
    expect(texts(live)).toEqual([['g1', 'The mail']]);
  });

  test('continue the text of the page after a reload', () => {
    const page = buildPage([question], { id: 'g1', text: 'The mailbox' });
    expect(texts(applyEvents(page, delta('g1', ' is full.')))).toEqual([
      ['g1', 'The mailbox is full.'],
    ]);
  });

  test('start the text again when the server sends all of it again', () => {
    const page = buildPage([question], { id: 'g1', text: 'The mail' });
    const live = applyEvents(page, started('g1'), delta('g1', 'The mailbox'));
    expect(texts(live)).toEqual([['g1', 'The mailbox']]);
  });

  test('keep several answers apart, in the order of their start', () => {
    const live = applyEvents(
      buildPage([question]),
      delta('g1', 'The mail'),
      cancelled('g1'),
      delta('g2', 'It fills'),
    );
    expect(texts(live)).toEqual([
      ['g1', 'The mail'],
      ['g2', 'It fills'],
    ]);
  });

  test('have the reason of a failed answer until the next one starts', () => {
    const failed = applyEvents(buildPage([question]), started('g1'), cancelled('g1', 'Stopped.'));
    expect(failed.failureReason).toBe('Stopped.');
    expect(applyEvent(failed, started('g2')).failureReason).toBeNull();
  });
});

describe('reconciling with a page', () => {
  test('returns the same object when the page has nothing new', () => {
    const live = applyEvents(buildPage([question]), delta('g1', 'The'), completed('g1', 'm2'));
    expect(reconcileWithPage(live, buildPage([question]), false)).toBe(live);
  });

  test('removes an answer when the page has its message', () => {
    const live = applyEvents(buildPage([question]), delta('g1', 'The'), completed('g1', 'm2'));
    const page = buildPage([question, buildMessage('m2', 'ASSISTANT', 'The')]);
    expect(reconcileWithPage(live, page, false)).toEqual({
      answers: [],
      settledIds: ['g1'],
      failureReason: null,
    });
  });

  test('keeps an answer that is still being generated', () => {
    const live = applyEvents(buildPage([question]), delta('g1', 'The'));
    const page = buildPage([question, buildMessage('m2', 'ASSISTANT', 'The')]);
    expect(reconcileWithPage(live, page, false)).toBe(live);
  });

  test('recognizes an interrupted answer by its text', () => {
    const live = applyEvents(buildPage([question]), delta('g1', 'The mail '), cancelled('g1'));
    const page = buildPage([question, buildMessage('m2', 'ASSISTANT', 'The mail', true)]);
    expect(reconcileWithPage(live, page, false).answers).toEqual([]);
  });

  test('does not take a complete message with the same text for an interrupted answer', () => {
    const live = applyEvents(buildPage([question]), delta('g1', 'Yes.'), cancelled('g1'));
    const page = buildPage([question, buildMessage('m2', 'ASSISTANT', 'Yes.')]);
    expect(reconcileWithPage(live, page, false)).toBe(live);
  });

  test('removes an interrupted answer without a text, which never becomes a message', () => {
    const live = applyEvents(buildPage([question]), started('g1'), cancelled('g1'));
    const reconciled = reconcileWithPage(live, buildPage([question]), false);
    expect(reconciled.answers).toEqual([]);
    expect(reconciled.failureReason).toBe('The answer was stopped.');
  });

  test('removes the unfinished answers of a closed session', () => {
    const live = applyEvents(buildPage([question]), delta('g1', 'The'));
    expect(reconcileWithPage(live, buildPage([question]), true).settledIds).toEqual(['g1']);
  });

  test('keeps the running answer of a closed session until the page is without it', () => {
    const page = buildPage([question], { id: 'g1', text: 'The' });
    const live = createLiveAnswers(page);
    expect(reconcileWithPage(live, page, true)).toBe(live);
  });

  test('removes each answer by its own message only', () => {
    const live = applyEvents(
      buildPage([question]),
      completed('g1', 'm2'),
      started('g2'),
      completed('g2', 'm4'),
    );
    const page = buildPage([question, buildMessage('m2', 'ASSISTANT')]);
    const reconciled = reconcileWithPage(live, page, false);
    expect(reconciled.answers.map(({ id }) => id)).toEqual(['g2']);
    expect(reconciled.settledIds).toEqual(['g1']);
  });
});

import { describe, expect, test } from 'vitest';

import type { AnswerEvent } from '../session/answerReducer';
import {
  applyEvent,
  type ConversationPage,
  createLiveAnswers,
  type LiveAnswers,
  reconcileWithPage,
  settleAnswer,
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
      cancelled('g1', 'm2'),
      delta('g2', 'It fills'),
    );
    expect(texts(live)).toEqual([
      ['g1', 'The mail'],
      ['g2', 'It fills'],
    ]);
  });

  test('have the reason of a failed answer until the next one starts', () => {
    const failed = applyEvents(
      buildPage([question]),
      started('g1'),
      cancelled('g1', null, 'Stopped.'),
    );
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

  test('keeps an interrupted answer until the page has its message', () => {
    const live = applyEvents(
      buildPage([question]),
      delta('g1', 'The mail '),
      cancelled('g1', 'm2'),
    );
    expect(reconcileWithPage(live, buildPage([question]), false)).toBe(live);
    const page = buildPage([question, buildMessage('m2', 'ASSISTANT', 'The mail')]);
    expect(reconcileWithPage(live, page, false).answers).toEqual([]);
  });

  test('removes a stopped answer that was to replace one which stays', () => {
    const old = buildMessage('m2', 'ASSISTANT', 'The mailbox is full.');
    const page = buildPage([question, old], { id: 'g2', text: '' });
    const live = applyEvents(page, delta('g2', 'The quota'), cancelled('g2', 'm2'));
    expect(reconcileWithPage(live, page, false).answers).toEqual([]);
  });

  test('removes an answer that ended without a message', () => {
    const live = applyEvents(buildPage([question]), delta('g1', 'The'), cancelled('g1', null));
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

  test('after a query that began behind its end removes an answer of which there is no message', () => {
    const live = applyEvents(buildPage([question]), delta('g1', 'The'), completed('g1', 'm2'));
    // Replaced by another answer in the meantime.
    const page = buildPage([question, buildMessage('m3', 'ASSISTANT', 'Another')]);
    expect(reconcileWithPage(live, page, false)).toBe(live);
    expect(settleAnswer(live, 'g1')).toMatchObject({ answers: [], settledIds: ['g1'] });
    expect(settleAnswer(live, 'g2')).toBe(live);
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

import { describe, expect, test } from 'vitest';

import type { AnswerEvent } from '../session/answerReducer';
import {
  applyEvent,
  type ConversationPage,
  createLiveAnswers,
  reconcileWithPage,
} from './liveAnswersReducer';
import { mergeConversation } from './mergeConversation';
import { buildMessage, buildPage, cancelled, completed, delta, started } from './testConversation';

const question = buildMessage('m1', 'USER');
const answer = buildMessage('m2', 'ASSISTANT');
const nextQuestion = buildMessage('m3', 'USER');

/** What the user sees after the events, with the page of the last query. */
function merge(first: ConversationPage, events: AnswerEvent[], last = first) {
  const live = reconcileWithPage(events.reduce(applyEvent, createLiveAnswers(first)), last, false);
  const { messages, answers, generationId } = mergeConversation(last, live);
  return {
    shown: [...messages.map(({ content }) => content), ...answers.map(({ text }) => text)],
    generationId,
  };
}

describe('the conversation', () => {
  test('has the messages alone while nothing is generated', () => {
    expect(merge(buildPage([question, answer]), [])).toEqual({
      shown: ['m1', 'm2'],
      generationId: null,
    });
  });

  test('has the running answer of the page before its first event', () => {
    const { messages, answers } = mergeConversation(
      buildPage([question], { id: 'g1', text: 'The mail' }),
      createLiveAnswers(buildPage([question])),
    );
    expect([...messages, ...answers]).toMatchObject([{ id: 'm1' }, { id: 'g1', text: 'The mail' }]);
  });

  test('has the text of the events once, not of the page and the events', () => {
    const first = buildPage([question], { id: 'g1', text: 'The mail' });
    const last = buildPage([question], { id: 'g1', text: 'The mailbox' });
    expect(merge(first, [delta('g1', 'box')], last)).toEqual({
      shown: ['m1', 'The mailbox'],
      generationId: 'g1',
    });
  });

  test('keeps a finished answer until the page has its message', () => {
    const first = buildPage([question]);
    const events = [delta('g1', 'The mail'), completed('g1', 'm2')];
    expect(merge(first, events)).toEqual({ shown: ['m1', 'The mail'], generationId: null });
  });

  test('has a finished answer once when the page has its message', () => {
    const events = [delta('g1', 'm2'), completed('g1', 'm2')];
    expect(merge(buildPage([question]), events, buildPage([question, answer]))).toEqual({
      shown: ['m1', 'm2'],
      generationId: null,
    });
  });

  test('does not bring an answer back when an older page still has it as running', () => {
    const settled = reconcileWithPage(
      [delta('g1', 'm2'), completed('g1', 'm2')].reduce(
        applyEvent,
        createLiveAnswers(buildPage([question])),
      ),
      buildPage([question, answer]),
      false,
    );
    const stale = buildPage([question], { id: 'g1', text: 'm' });
    expect(mergeConversation(stale, settled)).toMatchObject({ answers: [], generationId: null });
  });

  test('hides an answer to a message that the page does not have yet', () => {
    const page = buildPage([question, answer]);
    expect(merge(page, [started('g2'), delta('g2', 'It fills')])).toEqual({
      shown: ['m1', 'm2'],
      generationId: 'g2',
    });
  });

  test('shows that answer when the page has its question', () => {
    const last = buildPage([question, answer, nextQuestion], { id: 'g2', text: 'It' });
    expect(merge(buildPage([question, answer]), [delta('g2', 'It fills')], last)).toEqual({
      shown: ['m1', 'm2', 'm3', 'It fills'],
      generationId: 'g2',
    });
  });

  test('replaces the last answer while a new one for the same question is generated', () => {
    const page = buildPage([question, answer], { id: 'g2', text: '' });
    expect(merge(page, [delta('g2', 'Once more')])).toEqual({
      shown: ['m1', 'Once more'],
      generationId: 'g2',
    });
  });

  test('keeps an interrupted answer before the next question and its answer', () => {
    const last = buildPage([question, buildMessage('m2', 'ASSISTANT', 'The mail'), nextQuestion], {
      id: 'g2',
      text: '',
    });
    const events = [
      delta('g1', 'The mail'),
      cancelled('g1', 'm2'),
      started('g2'),
      delta('g2', 'It'),
    ];
    expect(merge(buildPage([question]), events, last)).toEqual({
      shown: ['m1', 'The mail', 'm3', 'It'],
      generationId: 'g2',
    });
  });

  test('has the old answer again when the new one is stopped, also below later messages', () => {
    const regenerating = buildPage([question, answer], { id: 'g2', text: '' });
    const events = [delta('g2', 'Once'), cancelled('g2', 'm2')];
    expect(merge(regenerating, events)).toEqual({ shown: ['m1', 'm2'], generationId: null });
    const later = buildPage([question, answer, nextQuestion, buildMessage('m4', 'ASSISTANT')]);
    expect(merge(regenerating, events, later).shown).toEqual(['m1', 'm2', 'm3', 'm4']);
  });

  test('loses no text however the events and the queries interleave', () => {
    const first = buildPage([question]);
    const pages = [
      first,
      buildPage([question], { id: 'g1', text: 'The' }),
      buildPage([question, buildMessage('m2', 'ASSISTANT', 'The mail')]),
    ];
    const events = [started('g1'), delta('g1', 'The'), delta('g1', ' mail'), completed('g1', 'm2')];
    for (const [index, last] of pages.entries()) {
      const { shown } = merge(first, events, last);
      expect(shown, `page ${index}`).toEqual(['m1', 'The mail']);
    }
  });
});

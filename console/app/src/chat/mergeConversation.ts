import { type Answer, begun } from '../session/answerReducer';
import type { Live, Page, Said } from './liveAnswersReducer';

/**
 * Puts together what comes by two ways, in any order, such that no word is seen twice and none
 * goes away in between.
 */
export function conversation<Message extends Said>(messages: Message[], page: Page, live: Live) {
  const { running } = page;
  const last = messages.at(-1);
  const isUnheardOf =
    running !== null &&
    !live.kept.includes(running.id) &&
    !live.answers.some((each) => each.id === running.id);
  const answers = isUnheardOf ? [...live.answers, begun(running.id, running.text)] : live.answers;
  // An answer follows a message of the technician, except where it is to replace the last one. So
  // this is known by its events alone, or the conversation has it already: the next reading tells.
  const isAhead = (answer: Answer) =>
    !answer.isOver && last?.role === 'ASSISTANT' && running?.id !== answer.id;
  const shown = answers.filter((answer) => !isAhead(answer));
  const replaces = last?.role === 'ASSISTANT' && shown.some((each) => each.id === running?.id);
  return {
    messages: replaces ? messages.slice(0, -1) : messages,
    answers: shown,
    writing: answers.find((answer) => !answer.isOver)?.id ?? null,
  };
}

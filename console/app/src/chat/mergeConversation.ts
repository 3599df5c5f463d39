import { type Answer, startAnswer } from '../session/answerReducer';
import type { LiveAnswers, ConversationPage, ConversationMessage } from './liveAnswersReducer';

/**
 * Puts together what comes by two ways, in any order, such that no word is seen twice and none
 * goes away in between.
 */
export function mergeConversation<Message extends ConversationMessage>(
  messages: Message[],
  page: ConversationPage,
  live: LiveAnswers,
) {
  const { running } = page;
  const last = messages.at(-1);
  const isUnheardOf =
    running !== null &&
    !live.settledIds.includes(running.id) &&
    !live.answers.some((each) => each.id === running.id);
  const answers = isUnheardOf
    ? [...live.answers, startAnswer(running.id, running.text)]
    : live.answers;
  // An answer follows a message of the technician, except where it is to replace the last one. So
  // this is known by its events alone, or the conversation has it already: the next reading tells.
  const isAhead = (answer: Answer) =>
    !answer.isFinished && last?.role === 'ASSISTANT' && running?.id !== answer.id;
  const shown = answers.filter((answer) => !isAhead(answer));
  const replaces = last?.role === 'ASSISTANT' && shown.some((each) => each.id === running?.id);
  return {
    messages: replaces ? messages.slice(0, -1) : messages,
    answers: shown,
    writing: answers.find((answer) => !answer.isFinished)?.id ?? null,
  };
}

import { type Answer, startAnswer } from '../session/answerReducer';
import type { ConversationMessage, ConversationPage, LiveAnswers } from './liveAnswersReducer';

/**
 * Merges the page of the query with the answers of the subscription, which arrive in any order. No
 * text is shown twice, and none disappears between the two.
 */
export function mergeConversation<Message extends ConversationMessage>(
  { messages, running }: ConversationPage<Message>,
  live: LiveAnswers,
) {
  const lastRole = messages.at(-1)?.role;
  const answers = addRunning(live, running);
  // A new answer follows a message of the technician, unless it replaces the last answer. After an
  // answer, one that the page does not have as running is ahead of the page or already in it: the
  // next refetch tells.
  const isAhead = (answer: Answer) =>
    !answer.isFinished && lastRole === 'ASSISTANT' && running?.id !== answer.id;
  const shown = answers.filter((answer) => !isAhead(answer));
  const isReplacing = lastRole === 'ASSISTANT' && shown.some(({ id }) => id === running?.id);
  return {
    messages: isReplacing ? messages.slice(0, -1) : messages,
    answers: shown,
    /** The id of the answer that is being generated. */
    generationId: answers.find((answer) => !answer.isFinished)?.id ?? null,
  };
}

/** The live answers, and the running one of the page if no event has announced it yet. */
function addRunning(live: LiveAnswers, running: ConversationPage['running']): Answer[] {
  const isKnown =
    running === null ||
    live.settledIds.includes(running.id) ||
    live.answers.some(({ id }) => id === running.id);
  return isKnown ? live.answers : [...live.answers, startAnswer(running.id, running.text)];
}

import type { MessageRole } from '../gql/graphql';
import { type Answer, type AnswerEvent, reduceAnswer, startAnswer } from '../session/answerReducer';

/** The conversation as the last query returned it. */
export interface ConversationPage<Message extends ConversationMessage = ConversationMessage> {
  messages: Message[];
  /** The answer that is being generated. */
  running: { id: string; text: string; cursor: string } | null;
}

export interface ConversationMessage {
  id: string;
  role: MessageRole;
  content: string;
}

/** The answers from the subscription that are not yet messages of the conversation. */
export interface LiveAnswers {
  answers: Answer[];
  /** Answers that became messages. A page from before that still has one of them as running. */
  settledIds: string[];
  /** Why the last answer failed; null when the next one starts. */
  failureReason: string | null;
}

export function createLiveAnswers({ running }: ConversationPage): LiveAnswers {
  return {
    answers: running ? [startAnswer(running.id, running.text)] : [],
    settledIds: [],
    failureReason: null,
  };
}

export function applyEvent(live: LiveAnswers, event: AnswerEvent): LiveAnswers {
  const { id } = event.generation;
  const current = live.answers.find((answer) => answer.id === id);
  const reduced = reduceAnswer(current ?? null, event);
  const answers = current
    ? live.answers.map((answer) => (answer === current ? reduced : answer))
    : [...live.answers, reduced];
  return { ...live, answers, failureReason: reduced.failureReason };
}

/** Removes the answers that the page has as messages. Returns the same object if there are none. */
export function reconcileWithPage(
  live: LiveAnswers,
  page: ConversationPage,
  isClosed: boolean,
): LiveAnswers {
  const isSettled = (answer: Answer) =>
    isInConversation(answer, page.messages) ||
    // Closing a session ends its generation: the text is a message now, or was discarded.
    (isClosed && page.running === null);
  return removeAnswers(live, isSettled);
}

/** Removes an answer after a query that began behind its end: whatever there is of it is shown. */
export function settleAnswer(live: LiveAnswers, id: string): LiveAnswers {
  return removeAnswers(live, (answer) => answer.id === id);
}

function removeAnswers(live: LiveAnswers, isSettled: (answer: Answer) => boolean): LiveAnswers {
  const settled = live.answers.filter(isSettled);
  if (settled.length === 0) return live;
  return {
    ...live,
    answers: live.answers.filter((answer) => !isSettled(answer)),
    settledIds: [...live.settledIds, ...settled.map(({ id }) => id)],
  };
}

/** An answer that has ended without a message was discarded. */
function isInConversation(answer: Answer, messages: ConversationMessage[]): boolean {
  if (answer.messageId === null) return answer.isFinished;
  return messages.some(({ id }) => id === answer.messageId);
}

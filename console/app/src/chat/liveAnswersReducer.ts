import type { MessageRole } from '../gql/graphql';
import { reduceAnswer, type Answer, type AnswerEvent, startAnswer } from '../session/answerReducer';

/** What a reading of the conversation tells. */
export interface ConversationPage {
  messages: ConversationMessage[];
  running: { id: string; text: string; cursor: string } | null;
}

export interface ConversationMessage {
  id: string;
  role: MessageRole;
  content: string;
  interrupted: boolean;
}

/** What the events of answers tell, as far as the conversation does not have it. */
export interface LiveAnswers {
  answers: Answer[];
  /** Answers that the conversation has: a reading from before knows them as running. */
  settledIds: string[];
  /** Of the last answer that came to nothing, until the next one begins. */
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
  const known = live.answers.find((each) => each.id === id);
  const now = reduceAnswer(known ?? null, event);
  const answers = known
    ? live.answers.map((each) => (each === known ? now : each))
    : [...live.answers, now];
  return { ...live, answers, failureReason: now.failureReason };
}

/** The same without what the conversation has by now; the very same where it has nothing new. */
export function reconcileWithPage(
  live: LiveAnswers,
  page: ConversationPage,
  isClosed: boolean,
): LiveAnswers {
  const isOver = (answer: Answer) =>
    isInConversation(answer, page.messages) ||
    // What was being written when a session was closed is a message now, or nothing.
    (isClosed && page.running === null);
  const answers = live.answers.filter((answer) => !isOver(answer));
  if (answers.length === live.answers.length) return live;
  const kept = live.answers.filter(isOver).map(({ id }) => id);
  return { ...live, answers, settledIds: [...live.settledIds, ...kept] };
}

/** One that is cut short does not say which message it has become: its words do. */
function isInConversation(answer: Answer, messages: ConversationMessage[]): boolean {
  if (answer.messageId !== null) return messages.some(({ id }) => id === answer.messageId);
  if (!answer.isFinished) return false;
  const text = answer.text.trim();
  return text === '' || messages.some((said) => said.interrupted && said.content.trim() === text);
}

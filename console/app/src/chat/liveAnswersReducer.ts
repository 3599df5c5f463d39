import type { MessageRole } from '../gql/graphql';
import { after, type Answer, type AnswerEvent, begun } from '../session/answerReducer';

/** What a reading of the conversation tells. */
export interface Page {
  messages: Said[];
  running: { id: string; text: string; cursor: string } | null;
}

export interface Said {
  id: string;
  role: MessageRole;
  content: string;
  interrupted: boolean;
}

/** What the events of answers tell, as far as the conversation does not have it. */
export interface Live {
  answers: Answer[];
  /** Answers that the conversation has: a reading from before knows them as running. */
  kept: string[];
  /** Of the last answer that came to nothing, until the next one begins. */
  trouble: string | null;
}

export function begin({ running }: Page): Live {
  return { answers: running ? [begun(running.id, running.text)] : [], kept: [], trouble: null };
}

export function told(live: Live, event: AnswerEvent): Live {
  const { id } = event.generation;
  const known = live.answers.find((each) => each.id === id);
  const now = after(known ?? null, event);
  const answers = known
    ? live.answers.map((each) => (each === known ? now : each))
    : [...live.answers, now];
  return { ...live, answers, trouble: now.trouble };
}

/** The same without what the conversation has by now; the very same where it has nothing new. */
export function withPage(live: Live, page: Page, isClosed: boolean): Live {
  const isOver = (answer: Answer) =>
    isListed(answer, page.messages) ||
    // What was being written when a session was closed is a message now, or nothing.
    (isClosed && page.running === null);
  const answers = live.answers.filter((answer) => !isOver(answer));
  if (answers.length === live.answers.length) return live;
  const kept = live.answers.filter(isOver).map(({ id }) => id);
  return { ...live, answers, kept: [...live.kept, ...kept] };
}

/** One that is cut short does not say which message it has become: its words do. */
function isListed(answer: Answer, messages: Said[]): boolean {
  if (answer.messageId !== null) return messages.some(({ id }) => id === answer.messageId);
  if (!answer.isOver) return false;
  const text = answer.text.trim();
  return text === '' || messages.some((said) => said.interrupted && said.content.trim() === text);
}

import type { MessageRole } from '../gql/graphql';
import { type Answer, begun } from '../session/answer';

interface Said {
  id: string;
  role: MessageRole;
}

interface Known<Message extends Said> {
  /** As the server has listed them, with the answer that was being written then. */
  messages: Message[];
  running: { id: string; text: string } | null;
  /** As its events have told since. */
  live: Answer[];
}

/**
 * Puts together what comes by two ways, in any order, such that no word is seen twice and none
 * goes away in between.
 */
export function conversation<Message extends Said>({ messages, running, live }: Known<Message>) {
  const listed = new Set(messages.map((message) => message.id));
  const last = messages.at(-1);
  const isUnheardOf = running !== null && !live.some((each) => each.id === running.id);
  const answers = isUnheardOf ? [...live, begun(running.id, running.text)] : live;
  const isWritten = (answer: Answer) =>
    (answer.messageId !== null && listed.has(answer.messageId)) ||
    // An answer follows a message of the technician, except where it is to replace the last one.
    (!answer.isOver && last?.role === 'ASSISTANT' && running?.id !== answer.id);
  const shown = answers.filter((answer) => answer.trouble === null && !isWritten(answer));
  const replaces = last?.role === 'ASSISTANT' && shown.some((each) => each.id === running?.id);
  return {
    messages: replaces ? messages.slice(0, -1) : messages,
    answers: shown,
    writing: answers.find((answer) => !answer.isOver) ?? null,
    trouble: answers.at(-1)?.trouble ?? null,
  };
}

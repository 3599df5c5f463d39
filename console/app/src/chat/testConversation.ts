import type { MessageRole } from '../gql/graphql';
import type { AnswerEvent } from '../session/answerReducer';
import type { ConversationMessage, ConversationPage } from './liveAnswersReducer';

/** Builders for the tests of this folder. */
export const buildMessage = (id: string, role: MessageRole, content = id): ConversationMessage => ({
  id,
  role,
  content,
});

export const buildPage = (
  messages: ConversationMessage[],
  running: { id: string; text: string } | null = null,
): ConversationPage => ({ messages, running: running && { ...running, cursor: 'c' } });

export const started = (id: string): AnswerEvent => ({
  __typename: 'GenerationStarted',
  generation: { id },
});

export const delta = (id: string, text: string): AnswerEvent => ({
  __typename: 'TokenDelta',
  generation: { id },
  text,
});

export const completed = (id: string, messageId: string): AnswerEvent => ({
  __typename: 'GenerationCompleted',
  generation: { id },
  message: { id: messageId },
});

export const cancelled = (
  id: string,
  messageId: string | null,
  reason = 'The answer was stopped.',
): AnswerEvent => ({
  __typename: 'GenerationCancelled',
  generation: { id },
  message: messageId === null ? null : { id: messageId },
  reason,
});

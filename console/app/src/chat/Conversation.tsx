import type { FragmentType } from '@apollo/client';
import { Button, Text } from '@radix-ui/themes';
import { MessageCircle } from 'lucide-react';

import { useFragment } from '../api/useFragment';
import { useAction } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { ConversationFragment } from '../gql/graphql';
import { isClosed } from '../session/isClosed';
import { Regenerate } from '../session/regenerate';
import { Writing } from '../session/StreamingText';
import { Notice } from '../ui/EmptyState';
import { Refused } from '../ui/MutationError';
import { Composer } from './Composer';
import { conversation } from './mergeConversation';
import { Message } from './Message';
import { NoWriting } from '../session/ReadOnlyNotice';
import { Queue } from './QueuedMessages';
import { Unanswered } from './UnansweredNotice';
import { useLiveAnswers } from './useLiveAnswers';
import { useStaysAtEnd } from '../session/useStickToBottom';

export const ConversationDocument = graphql(`
  fragment Conversation on ChatSession {
    id
    status
    allowedActions
    activeGeneration {
      id
      kind
      text
      cursor
    }
    messages(last: 50, before: $before) {
      edges {
        node {
          id
          role
          content
          interrupted
          ...Message
        }
      }
      pageInfo {
        hasPreviousPage
        startCursor
      }
    }
    ...Queue
    ...NoWriting
  }
`);

interface Props {
  session: FragmentType<ConversationFragment>;
  again: () => Promise<unknown>;
  earlier: (before: string | null) => void;
}

export function Conversation({ session, again, earlier }: Props) {
  const data = useFragment(ConversationDocument, session);
  const { activeGeneration, messages, allowedActions } = data;
  const running = activeGeneration?.kind === 'CHAT_REPLY' ? activeGeneration : null;
  const page = { messages: messages.edges.map(({ node }) => node), running };
  const live = useLiveAnswers({
    sessionId: data.id,
    isClosed: isClosed(data.status),
    page,
    again,
  });
  const regenerating = useAction(Regenerate, { changes: ['ChatPage'] });
  const said = useStaysAtEnd();
  const mayWrite = allowedActions.includes('SEND_CHAT_MESSAGE');
  const mayRate = allowedActions.includes('STATUS_UPDATE');
  const shown = conversation(page.messages, page, live);
  const last = shown.messages.at(-1);
  const answerAgain =
    mayWrite && shown.writing === null
      ? () => void regenerating.run({ input: { sessionId: data.id } })
      : null;
  const isUnanswered = last?.role === 'USER' && shown.answers.length === 0;

  return (
    <>
      <div ref={said} className="said" tabIndex={-1}>
        <div>
          {messages.pageInfo.hasPreviousPage && (
            <Button variant="soft" mb="3" onClick={() => earlier(messages.pageInfo.startCursor)}>
              Show earlier messages
            </Button>
          )}
          {shown.messages.length === 0 && (
            <Notice icon={<MessageCircle aria-hidden />} title="Nothing has been said yet" />
          )}
          <ol className="messages" aria-label="Messages">
            {shown.messages.map((message) => (
              <Message
                key={message.id}
                message={message}
                mayRate={mayRate}
                regenerate={message === last ? answerAgain : null}
              />
            ))}
            {shown.answers.map((answer) => (
              <li key={answer.id} className="message" data-role="ASSISTANT">
                <Text as="div" size="1" weight="bold" mb="1">
                  Assistant
                </Text>
                <Writing text={answer.text} isOver={answer.isOver} />
              </li>
            ))}
          </ol>
          {(isUnanswered || live.trouble) && (
            <Unanswered trouble={live.trouble} again={isUnanswered ? answerAgain : null} />
          )}
          <Refused failure={regenerating.failure} />
          <Queue session={data} mayTakeBack={mayWrite} />
        </div>
      </div>
      {mayWrite ? (
        <Composer sessionId={data.id} writing={shown.writing} />
      ) : (
        <NoWriting session={data} />
      )}
    </>
  );
}

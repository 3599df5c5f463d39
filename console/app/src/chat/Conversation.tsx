import type { FragmentType } from '@apollo/client';
import { Button, Text } from '@radix-ui/themes';
import { MessageCircle } from 'lucide-react';

import { useFragment } from '../api/useFragment';
import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { ConversationFragment } from '../gql/graphql';
import { isClosed } from '../session/isClosed';
import { REGENERATE_MUTATION } from '../session/regenerate';
import { StreamingText } from '../session/StreamingText';
import { EmptyState } from '../ui/EmptyState';
import { MutationError } from '../ui/MutationError';
import { Composer } from './Composer';
import { mergeConversation } from './mergeConversation';
import { Message } from './Message';
import { ReadOnlyNotice } from '../session/ReadOnlyNotice';
import { QueuedMessages } from './QueuedMessages';
import { UnansweredNotice } from './UnansweredNotice';
import { useLiveAnswers } from './useLiveAnswers';
import { useStickToBottom } from '../session/useStickToBottom';

export const CONVERSATION_FRAGMENT = graphql(`
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
    ...QueuedMessages
    ...ReadOnlyNotice
  }
`);

interface Props {
  session: FragmentType<ConversationFragment>;
  refetch: () => Promise<unknown>;
  loadOlder: (before: string | null) => void;
}

export function Conversation({ session, refetch: again, loadOlder: earlier }: Props) {
  const data = useFragment(CONVERSATION_FRAGMENT, session);
  const { activeGeneration, messages, allowedActions } = data;
  const running = activeGeneration?.kind === 'CHAT_REPLY' ? activeGeneration : null;
  const page = { messages: messages.edges.map(({ node }) => node), running };
  const live = useLiveAnswers({
    sessionId: data.id,
    isClosed: isClosed(data.status),
    page,
    refetch: again,
  });
  const regenerating = useResultMutation(REGENERATE_MUTATION, { refetchQueries: ['ChatPage'] });
  const said = useStickToBottom();
  const mayWrite = allowedActions.includes('SEND_CHAT_MESSAGE');
  const mayRate = allowedActions.includes('STATUS_UPDATE');
  const shown = mergeConversation(page.messages, page, live);
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
            <EmptyState icon={<MessageCircle aria-hidden />} title="Nothing has been said yet" />
          )}
          <ol className="messages" aria-label="Messages">
            {shown.messages.map((message) => (
              <Message
                key={message.id}
                message={message}
                canRate={mayRate}
                onRegenerate={message === last ? answerAgain : null}
              />
            ))}
            {shown.answers.map((answer) => (
              <li key={answer.id} className="message" data-role="ASSISTANT">
                <Text as="div" size="1" weight="bold" mb="1">
                  Assistant
                </Text>
                <StreamingText text={answer.text} isFinished={answer.isFinished} />
              </li>
            ))}
          </ol>
          {(isUnanswered || live.failureReason) && (
            <UnansweredNotice
              reason={live.failureReason}
              onRegenerate={isUnanswered ? answerAgain : null}
            />
          )}
          <MutationError failure={regenerating.failure} />
          <QueuedMessages session={data} canCancel={mayWrite} />
        </div>
      </div>
      {mayWrite ? (
        <Composer sessionId={data.id} generationId={shown.writing} />
      ) : (
        <ReadOnlyNotice session={data} />
      )}
    </>
  );
}

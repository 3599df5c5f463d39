import type { FragmentType } from '@apollo/client';
import { Text } from '@radix-ui/themes';
import { MessageCircle } from 'lucide-react';
import { useRef } from 'react';

import { useFragment } from '../api/useFragment';
import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { ConversationFragment } from '../gql/graphql';
import { EarlierButton } from '../session/EarlierButton';
import { isClosed } from '../session/isClosed';
import { LatestButton } from '../session/LatestButton';
import { ReadOnlyNotice } from '../session/ReadOnlyNotice';
import { REGENERATE_MUTATION } from '../session/regenerate';
import type { QueryControls } from '../session/SessionPage';
import { StreamingText } from '../session/StreamingText';
import { useStickToBottom } from '../session/useStickToBottom';
import { EmptyState } from '../ui/EmptyState';
import { MutationError } from '../ui/MutationError';
import { useFocusableScroller } from '../ui/useFocusableScroller';
import { useFocusWhenLost } from '../ui/useFocusWhenLost';
import { Composer, type ComposerHandle } from './Composer';
import { mergeConversation } from './mergeConversation';
import { Message } from './Message';
import { QueuedMessages } from './QueuedMessages';
import { UnansweredNotice } from './UnansweredNotice';
import { useLiveAnswers } from './useLiveAnswers';

const CONVERSATION_FRAGMENT = graphql(`
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

interface Props extends QueryControls {
  session: FragmentType<ConversationFragment>;
}

export function Conversation({ session, refetch, loadOlder }: Props) {
  const data = useFragment(CONVERSATION_FRAGMENT, session);
  const { activeGeneration, messages, allowedActions } = data;
  const running = activeGeneration?.kind === 'CHAT_REPLY' ? activeGeneration : null;
  const page = { messages: messages.edges.map(({ node }) => node), running };
  const live = useLiveAnswers({
    sessionId: data.id,
    isClosed: isClosed(data.status),
    page,
    refetch,
  });
  const composer = useRef<ComposerHandle>(null);
  const sticker = useStickToBottom();
  const { container } = sticker;
  const isScrollable = useFocusableScroller(container);
  useFocusWhenLost(container, messages.pageInfo.hasPreviousPage);
  const canWrite = allowedActions.includes('SEND_CHAT_MESSAGE');
  const canRate = allowedActions.includes('RATE');
  const merged = mergeConversation(page, live);
  const lastMessage = merged.messages.at(-1);
  const regenerating = useResultMutation(REGENERATE_MUTATION, {
    refetchQueries: ['ChatPage'],
    // For the reply that comes next: after it, the same request is a new one.
    keyName: `regenerate.${data.id}.${lastMessage?.id}`,
  });
  const regenerate =
    allowedActions.includes('REGENERATE') && merged.generationId === null
      ? () => void regenerating.run({ input: { sessionId: data.id } })
      : null;
  const isUnanswered = lastMessage?.role === 'USER' && merged.answers.length === 0;

  return (
    <>
      <div ref={container} className="said" tabIndex={isScrollable ? 0 : -1}>
        <div>
          <h2 className="visually-hidden">Messages</h2>
          {messages.pageInfo.hasPreviousPage && (
            <EarlierButton
              label="Show earlier messages"
              sticker={sticker}
              onClick={() => loadOlder(messages.pageInfo.startCursor)}
            />
          )}
          {merged.messages.length === 0 && (
            <EmptyState icon={<MessageCircle aria-hidden />} title="Nothing has been said yet" />
          )}
          <ol className="messages" aria-label="Messages">
            {merged.messages.map((message) => (
              <Message
                key={message.id}
                message={message}
                canRate={canRate}
                onRegenerate={message === lastMessage ? regenerate : null}
              />
            ))}
            {merged.answers.map((answer) => (
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
              onRegenerate={isUnanswered ? regenerate : null}
            />
          )}
          <MutationError failure={regenerating.failure} />
          <QueuedMessages
            session={data}
            canCancel={canWrite}
            onTakenBack={(content) => composer.current?.insertText(content)}
          />
        </div>
      </div>
      <div className="foot">
        <LatestButton {...sticker} />
        {canWrite ? (
          <Composer
            ref={composer}
            sessionId={data.id}
            generationId={merged.generationId}
            onSent={sticker.scrollToBottom}
          />
        ) : (
          <ReadOnlyNotice session={data} />
        )}
      </div>
    </>
  );
}

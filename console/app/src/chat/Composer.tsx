import { Button, Flex, Text, TextArea } from '@radix-ui/themes';
import { ListPlus, SendHorizontal, Square, Zap } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, type Ref, useImperativeHandle, useRef } from 'react';

import { useIdempotencyKey } from '../api/useIdempotencyKey';
import { useResultMutation } from '../api/useResultMutation';
import type { BusyPolicy, SendChatMessageInput } from '../gql/graphql';
import { STOP_GENERATION_MUTATION } from '../session/stopGeneration';
import { CharacterCount } from '../ui/CharacterCount';
import { isTooLong } from '../ui/characterCount';
import { MAX_MESSAGE_CHARS } from '../ui/limits';
import { MutationError } from '../ui/MutationError';
import { useDraft } from '../ui/useDraft';
import { SEND_CHAT_MESSAGE_MUTATION } from './sendChatMessage';

export interface ComposerHandle {
  /** Puts a text before what is typed, and the cursor behind it. */
  insertText: (text: string) => void;
}

interface Props {
  ref?: Ref<ComposerHandle>;
  sessionId: string;
  /** The answer that is being generated. */
  generationId: string | null;
  /** Called when a message is sent or refused: both are shown at the end of the conversation. */
  onSent: () => void;
}

export function Composer({ ref, sessionId, generationId, onSent }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { text, setText, clearIfSent } = useDraft(`chat.${sessionId}`);
  const { withKey, forgetKey } = useIdempotencyKey<SendChatMessageInput>(`chat.${sessionId}`);
  const sending = useResultMutation(SEND_CHAT_MESSAGE_MUTATION, {
    refetchQueries: ['ChatPage'],
    onRefused: forgetKey,
  });
  const stopping = useResultMutation(STOP_GENERATION_MUTATION, { refetchQueries: ['ChatPage'] });
  // Another user's message can be in progress before this page knows of it.
  const isBusy = generationId !== null || sending.failure?.code === 'SESSION_BUSY';
  const content = text.trim();
  const canSend = content !== '' && !isTooLong(text, MAX_MESSAGE_CHARS) && !sending.isRunning;

  useImperativeHandle(ref, () => ({
    insertText(inserted) {
      setText(content === '' ? inserted : `${inserted}\n\n${text}`);
      field.current?.focus();
    },
  }));

  async function send(whenBusy: BusyPolicy) {
    if (!canSend) return;
    stopping.clearFailure();
    // `whenBusy` is not compared: a retry of the same text must not add a second message.
    const request = { sessionId, content, whenBusy };
    const input = withKey(request, (one) => one.content);
    const sent = await sending.run({ input });
    onSent();
    if (sent === null) return;
    forgetKey();
    clearIfSent(content);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void send(isBusy ? 'ENQUEUE' : 'REJECT');
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    submit(event);
  }

  return (
    <form className="composer" onSubmit={submit} aria-label="Message">
      <TextArea
        ref={field}
        dir="auto"
        aria-label="Message"
        placeholder="Write a message"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <CharacterCount text={text} max={MAX_MESSAGE_CHARS} />
      <Flex gap="2" mt="2" align="center" wrap="wrap" justify="end">
        <Text size="1" color="gray" mr="auto">
          {isBusy
            ? 'Your message can wait for the answer or interrupt it.'
            : 'Enter sends; Shift+Enter begins a new line.'}
        </Text>
        {generationId !== null && (
          <Button
            type="button"
            variant="soft"
            color="gray"
            loading={stopping.isRunning}
            onClick={() => void stopping.run({ input: { generationId } })}
          >
            <Square size={14} aria-hidden /> Stop
          </Button>
        )}
        {isBusy ? (
          <>
            <Button
              type="button"
              variant="soft"
              color="amber"
              disabled={!canSend}
              onClick={() => void send('INTERRUPT')}
            >
              <Zap size={16} aria-hidden /> Interrupt
            </Button>
            <Button type="submit" disabled={!canSend} loading={sending.isRunning}>
              <ListPlus size={16} aria-hidden /> Queue
            </Button>
          </>
        ) : (
          <Button
            type="submit"
            disabled={!canSend && !sending.isRunning}
            loading={sending.isRunning}
          >
            <SendHorizontal size={16} aria-hidden /> Send
          </Button>
        )}
      </Flex>
      <MutationError failure={sending.failure ?? stopping.failure} />
    </form>
  );
}

import { Button, Flex, Text, TextArea } from '@radix-ui/themes';
import { ListPlus, SendHorizontal, Square, Zap } from 'lucide-react';
import type { FormEvent, KeyboardEvent } from 'react';

import { useResultMutation } from '../api/useResultMutation';
import { useIdempotencyKey } from '../api/useIdempotencyKey';
import type { BusyPolicy, SendChatMessageInput } from '../gql/graphql';
import { STOP_GENERATION_MUTATION } from '../session/stopGeneration';
import { useDraft } from '../ui/useDraft';
import { MutationError } from '../ui/MutationError';
import { SEND_CHAT_MESSAGE_MUTATION } from './sendChatMessage';

interface Props {
  sessionId: string;
  /** The id of the answer being written. */
  generationId: string | null;
}

export function Composer({ sessionId, generationId: writing }: Props) {
  const { text, type, sent } = useDraft(`chat.${sessionId}`);
  const { keyed, known } = useIdempotencyKey<SendChatMessageInput>(`chat.${sessionId}`);
  const sending = useResultMutation(SEND_CHAT_MESSAGE_MUTATION, {
    refetchQueries: ['ChatPage'],
    onRefused: known,
  });
  const stopping = useResultMutation(STOP_GENERATION_MUTATION, { refetchQueries: ['ChatPage'] });
  // Somebody else's message may be answered already when this page does not know of it yet.
  const isBusy = writing !== null || sending.failure?.code === 'SESSION_BUSY';
  const content = text.trim();
  const isReady = content !== '' && !sending.isRunning;

  async function send(whenBusy: BusyPolicy) {
    if (!isReady) return;
    stopping.forget();
    // Whatever the answer to the first try was to be: the same words are not said twice.
    const request = { sessionId, content, whenBusy };
    const done = await sending.run({ input: keyed(request, (asked) => asked.content) });
    if (done === null) return;
    known();
    sent(content);
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
        aria-label="Message"
        placeholder="Write a message"
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <Flex gap="2" mt="2" align="center" wrap="wrap" justify="end">
        <Text size="1" color="gray" mr="auto">
          {isBusy
            ? 'Yours can wait for the answer, or interrupt it.'
            : 'Enter sends, Shift and Enter begins a line.'}
        </Text>
        {writing !== null && (
          <Button
            type="button"
            variant="soft"
            color="gray"
            loading={stopping.isRunning}
            onClick={() => void stopping.run({ input: { generationId: writing } })}
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
              disabled={!isReady}
              onClick={() => void send('INTERRUPT')}
            >
              <Zap size={16} aria-hidden /> Interrupt
            </Button>
            <Button type="submit" disabled={!isReady} loading={sending.isRunning}>
              <ListPlus size={16} aria-hidden /> Queue
            </Button>
          </>
        ) : (
          <Button type="submit" disabled={content === ''} loading={sending.isRunning}>
            <SendHorizontal size={16} aria-hidden /> Send
          </Button>
        )}
      </Flex>
      <MutationError failure={sending.failure ?? stopping.failure} />
    </form>
  );
}

import { Button, Flex, Text, TextArea } from '@radix-ui/themes';
import { ListPlus, SendHorizontal, Square, Zap } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useState } from 'react';

import { useAction } from '../api/useAction';
import { useKey } from '../api/useKey';
import type { BusyPolicy } from '../gql/graphql';
import { StopGeneration } from '../session/stopGeneration';
import { useDraft } from '../ui/drafts';
import { Refused } from '../ui/Refused';
import { SendChatMessage } from './sendChatMessage';

interface Props {
  sessionId: string;
  /** The id of the answer being written. */
  writing: string | null;
}

export function Composer({ sessionId, writing }: Props) {
  const { text, type, clear } = useDraft(`chat.${sessionId}`);
  const { keyFor, succeeded } = useKey();
  const sending = useAction(SendChatMessage, { changes: ['ChatPage'] });
  const stopping = useAction(StopGeneration, { changes: ['ChatPage'] });
  // Somebody else's message may be answered already when this page does not know of it yet.
  const [foundBusy, setFoundBusy] = useState(false);
  const isBusy = writing !== null || (foundBusy && sending.failure?.code === 'SESSION_BUSY');
  const content = text.trim();
  const isReady = content !== '' && !sending.isRunning;

  async function send(whenBusy: BusyPolicy) {
    if (!isReady) return;
    const request = { sessionId, content, whenBusy };
    const sent = await sending.run({ input: { ...request, idempotencyKey: keyFor(request) } });
    setFoundBusy(sent === null);
    if (sent === null) return;
    succeeded();
    clear();
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
      <Refused failure={sending.failure ?? stopping.failure} />
    </form>
  );
}

import type { FragmentType } from '@apollo/client';
import { IconButton, Text } from '@radix-ui/themes';
import { Hourglass, X } from 'lucide-react';

import { useFragment } from '../api/useFragment';
import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { QueuedMessagesFragment } from '../gql/graphql';
import { STOP_GENERATION_MUTATION } from '../session/stopGeneration';
import { MutationError } from '../ui/MutationError';

const QUEUED_MESSAGES_FRAGMENT = graphql(`
  fragment QueuedMessages on ChatSession {
    id
    queuedMessages {
      content
      generation {
        id
      }
    }
  }
`);

interface Props {
  session: FragmentType<QueuedMessagesFragment>;
  canCancel: boolean;
  /** Called with the text of a message that is out of the queue again. */
  onTakenBack: (content: string) => void;
}

/** The messages that wait for the running answer. */
export function QueuedMessages({ session, canCancel, onTakenBack }: Props) {
  const data = useFragment(QUEUED_MESSAGES_FRAGMENT, session);
  const { run, isRunning, failure } = useResultMutation(STOP_GENERATION_MUTATION, {
    refetchQueries: ['ChatPage'],
  });
  if (data.queuedMessages.length === 0) return <MutationError failure={failure} />;

  async function takeBack(content: string, generationId: string) {
    const stopped = await run({ input: { generationId } });
    if (stopped) onTakenBack(content);
  }

  return (
    <>
      <ol className="queue" aria-label="Waiting messages">
        {data.queuedMessages.map(({ content, generation }) => (
          <li key={generation.id}>
            <Hourglass size={14} aria-hidden className="fixed" />
            <Text size="2" truncate dir="auto">
              {content}
            </Text>
            {canCancel && (
              <IconButton
                size="1"
                variant="ghost"
                color="gray"
                aria-label="Take this message back"
                title="Take this message back"
                disabled={isRunning}
                onClick={() => void takeBack(content, generation.id)}
              >
                <X size={14} aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
      </ol>
      <MutationError failure={failure} />
    </>
  );
}

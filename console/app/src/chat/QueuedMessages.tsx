import type { FragmentType } from '@apollo/client';
import { IconButton, Text } from '@radix-ui/themes';
import { Hourglass, X } from 'lucide-react';

import { useFragment } from '../api/useFragment';
import { useAction } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { QueueFragment } from '../gql/graphql';
import { StopGeneration } from '../session/stopGeneration';
import { Refused } from '../ui/MutationError';

export const QueueDocument = graphql(`
  fragment Queue on ChatSession {
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
  session: FragmentType<QueueFragment>;
  mayTakeBack: boolean;
}

/** What waits behind the answer being written. */
export function Queue({ session, mayTakeBack }: Props) {
  const data = useFragment(QueueDocument, session);
  const { run, isRunning, failure } = useAction(StopGeneration, { changes: ['ChatPage'] });
  if (data.queuedMessages.length === 0) return null;
  return (
    <>
      <ol className="queue" aria-label="Waiting messages">
        {data.queuedMessages.map(({ content, generation }) => (
          <li key={generation.id}>
            <Hourglass size={14} aria-hidden className="fixed" />
            <Text size="2" truncate>
              {content}
            </Text>
            {mayTakeBack && (
              <IconButton
                size="1"
                variant="ghost"
                color="gray"
                aria-label="Take this message back"
                title="Take this message back"
                disabled={isRunning}
                onClick={() => void run({ input: { generationId: generation.id } })}
              >
                <X size={14} aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
      </ol>
      <Refused failure={failure} />
    </>
  );
}

import { Flex, IconButton } from '@radix-ui/themes';
import { RefreshCw, ThumbsDown, ThumbsUp } from 'lucide-react';

import { useResultMutation } from '../api/useResultMutation';
import type { MessageRating } from '../gql/graphql';
import { CopyButton } from '../ui/CopyButton';
import { MutationError } from '../ui/MutationError';
import { RATE_MESSAGE_MUTATION } from './rateMessage';

interface Props {
  id: string;
  content: string;
  rating: MessageRating | null;
  canRate: boolean;
  onRegenerate: (() => void) | null;
}

const RATINGS = [
  { rating: 'UP', label: 'This helped', icon: ThumbsUp },
  { rating: 'DOWN', label: 'This did not help', icon: ThumbsDown },
] as const;

/** Copies, rates or regenerates an answer of the assistant. */
export function MessageActions({ id, content, rating, canRate, onRegenerate }: Props) {
  const { run, failure } = useResultMutation(RATE_MESSAGE_MUTATION);
  return (
    <>
      <Flex gap="3" mt="2" align="center">
        <CopyButton text={content} label="Copy this answer" />
        {canRate &&
          RATINGS.map(({ rating: each, label, icon: Icon }) => (
            <IconButton
              key={each}
              size="1"
              variant="ghost"
              color={rating === each ? undefined : 'gray'}
              aria-label={label}
              title={label}
              aria-pressed={rating === each}
              onClick={() =>
                void run({ input: { messageId: id, rating: rating === each ? null : each } })
              }
            >
              <Icon size={15} aria-hidden fill={rating === each ? 'currentColor' : 'none'} />
            </IconButton>
          ))}
        {onRegenerate && (
          <IconButton
            size="1"
            variant="ghost"
            color="gray"
            aria-label="Answer again"
            title="Answer again"
            onClick={onRegenerate}
          >
            <RefreshCw size={15} aria-hidden />
          </IconButton>
        )}
      </Flex>
      <MutationError failure={failure} />
    </>
  );
}

import { Button, Flex } from '@radix-ui/themes';
import { CircleAlert } from 'lucide-react';

import { describeError } from '../api/errorMessages';
import { EmptyState } from './EmptyState';

interface Props {
  error: Error;
  onRetry: () => void;
  /** Whether it is all of the page. */
  isPage?: boolean;
}

export function ErrorState({ error, onRetry, isPage }: Props) {
  return (
    <EmptyState
      icon={<CircleAlert aria-hidden />}
      title="This could not be loaded"
      role="alert"
      isPage={isPage}
    >
      <Flex direction="column" align="center" gap="3">
        {describeError(error)}
        <Button onClick={onRetry}>Try again</Button>
      </Flex>
    </EmptyState>
  );
}

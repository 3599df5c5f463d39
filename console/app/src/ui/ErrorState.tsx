import { Button, Flex } from '@radix-ui/themes';
import { CircleAlert } from 'lucide-react';

import { describeError } from '../api/errorMessages';
import { EmptyState } from './EmptyState';

export function ErrorState({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <EmptyState icon={<CircleAlert aria-hidden />} title="This could not be loaded" role="alert">
      <Flex direction="column" align="center" gap="3">
        {describeError(error)}
        <Button onClick={onRetry}>Try again</Button>
      </Flex>
    </EmptyState>
  );
}

import { Button, Flex } from '@radix-ui/themes';
import { CircleAlert } from 'lucide-react';

import { sentenceOf } from '../api/errorMessages';
import { Notice } from './EmptyState';

export function Trouble({ error, again }: { error: Error; again: () => void }) {
  return (
    <Notice icon={<CircleAlert aria-hidden />} title="This could not be loaded" role="alert">
      <Flex direction="column" align="center" gap="3">
        {sentenceOf(error)}
        <Button onClick={again}>Try again</Button>
      </Flex>
    </Notice>
  );
}

import { Flex, Spinner, Text } from '@radix-ui/themes';

import { Markdown } from '../ui/Markdown';

/** What the assistant has written so far of its answer. */
export function Writing({ text }: { text: string }) {
  return (
    <Flex direction="column" gap="2" aria-busy="true">
      {text && <Markdown>{text}</Markdown>}
      <Flex align="center" gap="2" role="status">
        <Spinner />
        <Text size="2" color="gray">
          The assistant is writing
        </Text>
      </Flex>
    </Flex>
  );
}

import { Flex, Spinner, Text } from '@radix-ui/themes';

import { Markdown } from '../ui/Markdown';

interface Props {
  text: string;
  isFinished?: boolean;
}

/** What the assistant has written so far of its answer. */
export function StreamingText({ text, isFinished: isOver = false }: Props) {
  return (
    <Flex direction="column" gap="2" aria-busy={!isOver}>
      {text && <Markdown>{text}</Markdown>}
      {!isOver && (
        <Flex align="center" gap="2" role="status">
          <Spinner />
          <Text size="2" color="gray">
            The assistant is writing
          </Text>
        </Flex>
      )}
    </Flex>
  );
}

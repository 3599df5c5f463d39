import { Flex, Spinner, Text } from '@radix-ui/themes';

import { Markdown } from '../markdown/Markdown';

interface Props {
  text: string;
  isFinished?: boolean;
}

/** The text that the assistant has generated so far. */
export function StreamingText({ text, isFinished = false }: Props) {
  return (
    <Flex direction="column" gap="2" aria-busy={!isFinished}>
      {text && <Markdown>{text}</Markdown>}
      {!isFinished && (
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

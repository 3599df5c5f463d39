import { Text } from '@radix-ui/themes';

import { describeLength } from './characterCount';

/** Says how much room a text has left, from nine tenths of its limit on. */
export function CharacterCount({ text, max }: { text: string; max: number }) {
  const { words, isTooLong } = describeLength(text, max);
  return (
    <Text as="div" size="1" mt="1" color={isTooLong ? 'red' : 'gray'} aria-live="polite">
      {words}
    </Text>
  );
}

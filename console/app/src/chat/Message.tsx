import type { FragmentType } from '@apollo/client';
import { Flex, Text } from '@radix-ui/themes';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { MessageFragment } from '../gql/graphql';
import { Markdown } from '../markdown/Markdown';
import { TypedText } from '../markdown/TypedText';
import { RelativeTime } from '../ui/RelativeTime';
import { MessageActions } from './MessageActions';

const MESSAGE_FRAGMENT = graphql(`
  fragment Message on ChatMessage {
    id
    role
    content
    createdAt
    interrupted
    rating
  }
`);

interface Props {
  message: FragmentType<MessageFragment>;
  canRate: boolean;
  /** Null unless this is the last message and a new answer is allowed. */
  onRegenerate: (() => void) | null;
}

export function Message({ message, canRate, onRegenerate }: Props) {
  const data = useFragment(MESSAGE_FRAGMENT, message);
  const isAnswer = data.role === 'ASSISTANT';
  return (
    <li className="message" data-role={data.role}>
      <Flex gap="2" mb="1" align="center">
        <Text size="1" weight="bold">
          {isAnswer ? 'Assistant' : 'Technician'}
        </Text>
        <Text size="1" color="gray">
          <RelativeTime at={data.createdAt} />
        </Text>
      </Flex>
      {isAnswer ? <Markdown>{data.content}</Markdown> : <TypedText text={data.content} />}
      {data.interrupted && (
        <Text as="div" size="1" color="amber">
          This answer was cut short.
        </Text>
      )}
      {isAnswer && (
        <MessageActions
          id={data.id}
          content={data.content}
          rating={data.rating}
          canRate={canRate}
          onRegenerate={onRegenerate}
        />
      )}
    </li>
  );
}

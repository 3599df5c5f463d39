import type { FragmentType } from '@apollo/client';
import { useSuspenseFragment } from '@apollo/client/react';
import { Flex, Text } from '@radix-ui/themes';

import { graphql } from '../gql';
import type { MessageFragment } from '../gql/graphql';
import { Markdown } from '../ui/Markdown';
import { RelativeTime } from '../ui/RelativeTime';

export const MessageDocument = graphql(`
  fragment Message on ChatMessage {
    id
    role
    content
    createdAt
    interrupted
    rating
  }
`);

export function Message({ message }: { message: FragmentType<MessageFragment> }) {
  const { data } = useSuspenseFragment({ fragment: MessageDocument, from: message });
  return (
    <li className="message" data-role={data.role}>
      <Flex gap="2" mb="1" align="center">
        <Text size="1" weight="bold">
          {data.role === 'USER' ? 'Technician' : 'Assistant'}
        </Text>
        <Text size="1" color="gray">
          <RelativeTime at={data.createdAt} />
          {data.rating && (data.rating === 'UP' ? ' · helped' : ' · did not help')}
        </Text>
      </Flex>
      <Markdown>{data.content}</Markdown>
      {data.interrupted && (
        <Text size="1" color="amber">
          This answer was cut short.
        </Text>
      )}
    </li>
  );
}

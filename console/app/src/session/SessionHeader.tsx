import type { FragmentType } from '@apollo/client';
import { Box, Callout, Flex, Heading, Text } from '@radix-ui/themes';
import type { ReactNode } from 'react';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { SessionHeaderFragment } from '../gql/graphql';
import { RelativeTime } from '../ui/RelativeTime';
import { stripMarkdown } from '../ui/stripMarkdown';
import { usePageTitle } from '../ui/usePageTitle';
import { StatusBadge } from './StatusBadge';
import { TypeBadge } from './TypeBadge';

const SESSION_HEADER_FRAGMENT = graphql(`
  fragment SessionHeader on AISession {
    id
    sessionType
    status
    displayTitle
    problemSummary
    problemDomain
    resolutionSummary
    escalationReason
    createdAt
    updatedAt
    owner {
      id
      name
    }
    escalatedTo {
      id
      name
    }
  }
`);

interface Props {
  session: FragmentType<SessionHeaderFragment>;
  /** The action bar. */
  children?: ReactNode;
}

export function SessionHeader({ session, children }: Props) {
  const data = useFragment(SESSION_HEADER_FRAGMENT, session);
  const title = stripMarkdown(data.displayTitle);
  const summary = data.problemSummary && stripMarkdown(data.problemSummary);
  usePageTitle(title);
  return (
    <Box asChild py="5">
      <header>
        <Flex gap="2" wrap="wrap" mb="2">
          <TypeBadge type={data.sessionType} />
          <StatusBadge status={data.status} />
        </Flex>
        <Heading as="h1" size="6" mb="1" className="breaks" dir="auto">
          {title}
        </Heading>
        {summary && summary.toLowerCase() !== title.toLowerCase() && (
          <Text as="p" color="gray" mb="1" className="breaks" dir="auto">
            {summary}
          </Text>
        )}
        <Text as="p" size="2" color="gray">
          {data.owner.name} · began <RelativeTime at={data.createdAt} /> · changed{' '}
          <RelativeTime at={data.updatedAt} />
          {data.problemDomain && ` · ${data.problemDomain}`}
        </Text>
        {children}
        {data.status === 'ESCALATED' && data.escalationReason && (
          <Callout.Root color="red" mt="3">
            <Callout.Text className="typed" dir="auto">
              Escalated{data.escalatedTo && ` to ${data.escalatedTo.name}`}: {data.escalationReason}
            </Callout.Text>
          </Callout.Root>
        )}
        {data.status === 'RESOLVED' && data.resolutionSummary && (
          <Callout.Root color="green" mt="3">
            <Callout.Text className="typed" dir="auto">
              Resolved: {data.resolutionSummary}
            </Callout.Text>
          </Callout.Root>
        )}
      </header>
    </Box>
  );
}

import type { FragmentType } from '@apollo/client';
import { Button, Card, Flex, Text } from '@radix-ui/themes';
import { Hand } from 'lucide-react';
import { Link } from 'react-router';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { SessionCardFragment } from '../gql/graphql';
import { buildClaimPath, buildSessionPath } from '../session/routes';
import { formatSessionLength } from '../session/sessionLength';
import { StatusBadge } from '../session/StatusBadge';
import { TypeBadge } from '../session/TypeBadge';
import { RelativeTime } from '../ui/RelativeTime';
import { stripMarkdown } from '../ui/stripMarkdown';

const SESSION_CARD_FRAGMENT = graphql(`
  fragment SessionCard on AISession {
    __typename
    id
    sessionType
    status
    displayTitle
    problemDomain
    stepCount
    updatedAt
    escalationReason
    owner {
      id
      name
    }
    escalatedTo {
      id
      name
    }
    escalatedBy {
      id
    }
  }
`);

interface Props {
  session: FragmentType<SessionCardFragment>;
  /** The viewer, if the role may claim sessions. */
  claimantId: string | null;
}

export function SessionCard({ session, claimantId }: Props) {
  const data = useFragment(SESSION_CARD_FRAGMENT, session);
  const title = stripMarkdown(data.displayTitle);
  const isUnclaimed = data.status === 'ESCALATED';
  const canClaim = claimantId !== null && claimantId !== data.escalatedBy?.id;
  const facts = [
    data.owner.name,
    data.problemDomain,
    formatSessionLength(data.__typename, data.stepCount),
    isUnclaimed && data.escalatedTo && `for ${data.escalatedTo.name}`,
  ];
  return (
    <li>
      <Card className="session-card">
        <Flex gap="2" align="center" mb="1">
          <TypeBadge type={data.sessionType} />
          <StatusBadge status={data.status} />
          <Text size="1" color="gray" ml="auto" className="fixed">
            <RelativeTime at={data.updatedAt} />
          </Text>
        </Flex>
        <Link to={buildSessionPath(data)} className="session-card-link">
          <Text as="div" weight="medium" truncate dir="auto">
            {title}
          </Text>
        </Link>
        <Text as="div" size="2" color="gray" truncate>
          {facts.filter(Boolean).join(' · ')}
        </Text>
        {isUnclaimed && (
          <Flex gap="3" align="end" justify="between" mt="2">
            <Text size="2" className="breaks clamped" dir="auto">
              {data.escalationReason}
            </Text>
            {canClaim && (
              <Button asChild size="2" className="above fixed">
                <Link to={buildClaimPath(data)} aria-label={`Claim ${title}`}>
                  <Hand size={16} aria-hidden /> Claim
                </Link>
              </Button>
            )}
          </Flex>
        )}
      </Card>
    </li>
  );
}

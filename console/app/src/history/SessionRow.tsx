import type { FragmentType } from '@apollo/client';
import { Text } from '@radix-ui/themes';
import { Link } from 'react-router';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { SessionRowFragment } from '../gql/graphql';
import { buildSessionPath } from '../session/routes';
import { formatSessionLength } from '../session/sessionLength';
import { StatusBadge } from '../session/StatusBadge';
import { TypeBadge } from '../session/TypeBadge';
import { RelativeTime } from '../ui/RelativeTime';
import { stripMarkdown } from '../ui/stripMarkdown';
import { type Hits, SessionHits } from './SessionHits';

const SESSION_ROW_FRAGMENT = graphql(`
  fragment SessionRow on AISession {
    __typename
    id
    sessionType
    status
    displayTitle
    problemDomain
    stepCount
    updatedAt
    owner {
      id
      name
    }
  }
`);

interface SessionRowProps {
  session: FragmentType<SessionRowFragment>;
  hits: Hits;
}

export function SessionRow({ session, hits }: SessionRowProps) {
  const data = useFragment(SESSION_ROW_FRAGMENT, session);
  return (
    <li>
      <Link to={buildSessionPath(data)} className="row">
        <span className="row-kind">
          <TypeBadge type={data.sessionType} />
        </span>
        <span className="row-words">
          <Text as="div" weight="medium" truncate dir="auto">
            {stripMarkdown(data.displayTitle)}
          </Text>
          <Text as="div" size="2" color="gray" truncate>
            {[
              data.owner.name,
              data.problemDomain,
              formatSessionLength(data.__typename, data.stepCount),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
          <SessionHits hits={hits} />
        </span>
        <span className="row-status">
          <StatusBadge status={data.status} />
        </span>
        <Text size="2" color="gray" className="row-time">
          <RelativeTime at={data.updatedAt} />
        </Text>
      </Link>
    </li>
  );
}

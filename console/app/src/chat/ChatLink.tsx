import type { FragmentType } from '@apollo/client';
import { Text } from '@radix-ui/themes';
import { NavLink } from 'react-router';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { ChatLinkFragment } from '../gql/graphql';
import { buildSessionPath } from '../session/routes';
import { sentenceCase } from '../ui/format';
import { RelativeTime } from '../ui/RelativeTime';
import { stripMarkdown } from '../ui/stripMarkdown';

const CHAT_LINK_FRAGMENT = graphql(`
  fragment ChatLink on AISession {
    id
    sessionType
    status
    displayTitle
    updatedAt
  }
`);

export function ChatLink({ session }: { session: FragmentType<ChatLinkFragment> }) {
  const data = useFragment(CHAT_LINK_FRAGMENT, session);
  return (
    <li>
      <NavLink to={buildSessionPath(data)} className="chat-link">
        <Text as="div" size="2" truncate dir="auto">
          {stripMarkdown(data.displayTitle)}
        </Text>
        <Text as="div" size="1" color="gray">
          {data.status !== 'ACTIVE' && `${sentenceCase(data.status)} · `}
          <RelativeTime at={data.updatedAt} />
        </Text>
      </NavLink>
    </li>
  );
}

import type { FragmentType } from '@apollo/client';
import { Flex, Text } from '@radix-ui/themes';
import { CircleUserRound } from 'lucide-react';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { ViewerNameFragment } from '../gql/graphql';

const VIEWER_NAME_FRAGMENT = graphql(`
  fragment ViewerName on User {
    id
    name
    email
    account {
      id
      name
    }
  }
`);

export function ViewerName({ viewer }: { viewer: FragmentType<ViewerNameFragment> }) {
  const data = useFragment(VIEWER_NAME_FRAGMENT, viewer);
  return (
    <Flex align="center" gap="2" title={`${data.email} · ${data.account.name}`} minWidth="0">
      <CircleUserRound size={18} aria-hidden className="fixed" />
      <Text size="2" truncate className="viewer-name">
        <span className="visually-hidden">Signed in as </span>
        {data.name}
      </Text>
    </Flex>
  );
}

import type { FragmentType } from '@apollo/client';
import { Callout } from '@radix-ui/themes';
import { Lock } from 'lucide-react';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { NoWritingFragment } from '../gql/graphql';
import { whyNot } from './readOnlyReason';

export const NoWritingDocument = graphql(`
  fragment NoWriting on AISession {
    id
    status
    allowedActions
  }
`);

/** In the place of what one would write with, the reason for its absence. */
export function NoWriting({ session }: { session: FragmentType<NoWritingFragment> }) {
  const data = useFragment(NoWritingDocument, session);
  return (
    <Callout.Root color="gray" my="3">
      <Callout.Icon>
        <Lock size={16} aria-hidden />
      </Callout.Icon>
      <Callout.Text>{whyNot(data.status, data.allowedActions)}</Callout.Text>
    </Callout.Root>
  );
}

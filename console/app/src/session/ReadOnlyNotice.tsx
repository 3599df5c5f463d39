import type { FragmentType } from '@apollo/client';
import { Callout } from '@radix-ui/themes';
import { Lock } from 'lucide-react';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { ReadOnlyNoticeFragment } from '../gql/graphql';
import { useViewer } from '../shell/useViewer';
import { describeReadOnlyReason } from './readOnlyReason';

const READ_ONLY_NOTICE_FRAGMENT = graphql(`
  fragment ReadOnlyNotice on AISession {
    id
    status
    allowedActions
  }
`);

/** Replaces the input of a session that the user cannot write to. */
export function ReadOnlyNotice({ session }: { session: FragmentType<ReadOnlyNoticeFragment> }) {
  const { canWrite } = useViewer();
  const data = useFragment(READ_ONLY_NOTICE_FRAGMENT, session);
  return (
    <Callout.Root color="gray" my="3">
      <Callout.Icon>
        <Lock size={16} aria-hidden />
      </Callout.Icon>
      <Callout.Text>
        {describeReadOnlyReason(data.status, data.allowedActions, canWrite)}
      </Callout.Text>
    </Callout.Root>
  );
}

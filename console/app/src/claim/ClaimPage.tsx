import { useQuery } from '@apollo/client/react';
import { Button, Callout, Flex } from '@radix-ui/themes';
import { Hand } from 'lucide-react';
import { Link, useNavigate, useParams } from 'react-router';

import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { SessionStatus } from '../gql/graphql';
import { buildSessionPath } from '../session/routes';
import { SessionHeader } from '../session/SessionHeader';
import { useSessionRefresh } from '../session/useSessionRefresh';
import { NotFoundPage } from '../shell/NotFoundPage';
import { useViewer } from '../shell/useViewer';
import { ErrorState } from '../ui/ErrorState';
import { Loading } from '../ui/Loading';
import { MutationError } from '../ui/MutationError';
import { CLAIM_MUTATION } from './claim';
import { EscalationPackage } from './EscalationPackage';

const CLAIM_PAGE_QUERY = graphql(`
  query ClaimPage($id: ID!) {
    session(id: $id) {
      __typename
      id
      sessionType
      status
      allowedActions
      ...NewestEvent @unmask
      ...SessionHeader
      ...EscalationPackage
    }
  }
`);

/** Shows the escalation package before the user claims the session. */
export function ClaimPage() {
  const { id = '' } = useParams();
  const navigate = useNavigate();
  const { canWrite } = useViewer();
  const { data, error, refetch } = useQuery(CLAIM_PAGE_QUERY, {
    variables: { id },
    fetchPolicy: 'cache-and-network',
  });
  const { run, isRunning, failure } = useResultMutation(CLAIM_MUTATION, {
    refetchQueries: ['ClaimPage'],
  });
  useSessionRefresh(id, data?.session);
  if (!data)
    return error ? <ErrorState error={error} onRetry={() => void refetch()} isPage /> : <Loading />;
  const { session } = data;
  if (session === null) return <NotFoundPage />;

  async function claim() {
    const claimed = await run({ input: { sessionId: id } });
    if (claimed) void navigate(buildSessionPath(claimed.session), { replace: true });
  }

  const canClaim = session.allowedActions.includes('CLAIM');
  return (
    <div className="claim">
      <SessionHeader session={session} />
      <EscalationPackage session={session} />
      {!canClaim && (
        <Callout.Root color="gray" mt="4">
          <Callout.Text>{describeUnclaimableReason(session.status, canWrite)}</Callout.Text>
        </Callout.Root>
      )}
      <MutationError failure={failure} />
      <Flex gap="3" mt="4" wrap="wrap">
        {canClaim && (
          <Button size="3" loading={isRunning} onClick={() => void claim()}>
            <Hand size={18} aria-hidden /> Claim this session
          </Button>
        )}
        <Button size="3" variant="soft" color="gray" asChild>
          <Link to={buildSessionPath(session)}>Look at the session</Link>
        </Button>
      </Flex>
    </div>
  );
}

function describeUnclaimableReason(status: SessionStatus, canWrite: boolean): string {
  if (status !== 'ESCALATED') return 'This session is not waiting to be claimed any more.';
  return canWrite
    ? 'Whoever escalated it leaves it to a colleague to claim.'
    : 'You can read it, but not claim it.';
}

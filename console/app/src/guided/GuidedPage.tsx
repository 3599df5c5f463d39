import { useQuery } from '@apollo/client/react';
import { Badge, Button, Flex, Text } from '@radix-ui/themes';
import { useParams } from 'react-router';

import { graphql } from '../gql';
import { AuditTrail } from '../session/AuditTrail';
import { Documents } from '../session/Documents';
import { Elsewhere } from '../session/Elsewhere';
import { SessionFrame } from '../session/SessionFrame';
import { SessionHeader } from '../session/SessionHeader';
import { useChanges } from '../session/useChanges';
import { NotFoundPage } from '../shell/NotFoundPage';
import { Loading } from '../ui/Loading';
import { Trouble } from '../ui/Trouble';
import { inWords } from '../ui/words';
import { NextStep } from './NextStep';
import { StepCard } from './StepCard';

const GuidedPageDocument = graphql(`
  query GuidedPage($id: ID!, $last: Int!) {
    session(id: $id) {
      __typename
      id
      ...SessionHeader
      ...Documents
      ...Elsewhere
      ... on GuidedSession {
        confidenceTier
        flow {
          id
          title
        }
        activeGeneration {
          id
          kind
        }
        steps(last: $last) {
          edges {
            node {
              id
              ...StepCard
            }
          }
          pageInfo {
            hasPreviousPage
          }
        }
      }
    }
  }
`);

const MOST = 100;
const FEW = 50;

export function GuidedPage() {
  const { id = '' } = useParams();
  const { data, error, refetch } = useQuery(GuidedPageDocument, {
    variables: { id, last: FEW },
    fetchPolicy: 'cache-and-network',
  });
  const again = () => void refetch();
  useChanges(id);
  if (!data) return error ? <Trouble error={error} again={again} /> : <Loading />;
  const { session } = data;
  if (session === null) return <NotFoundPage />;
  if (session.__typename === 'ChatSession') return <Elsewhere session={session} />;
  const { activeGeneration: writing, steps } = session;
  return (
    <SessionFrame
      header={<SessionHeader session={session} />}
      aside={
        <>
          <Documents session={session} />
          <AuditTrail id={session.id} />
        </>
      }
    >
      <Flex gap="2" align="center" wrap="wrap" mb="3">
        {session.flow && (
          <Text size="2" color="gray">
            Follows “{session.flow.title}”
          </Text>
        )}
        {session.confidenceTier && <Badge color="gray">{inWords(session.confidenceTier)}</Badge>}
      </Flex>
      {steps.pageInfo.hasPreviousPage && (
        <Button variant="soft" mb="3" onClick={() => void refetch({ id, last: MOST })}>
          Show earlier steps
        </Button>
      )}
      <ol className="path" aria-label="Steps">
        {steps.edges.map(({ node }) => (
          <StepCard key={node.id} step={node} />
        ))}
      </ol>
      {writing?.kind === 'GUIDED_STEP' && (
        <NextStep key={writing.id} generationId={writing.id} over={again} />
      )}
    </SessionFrame>
  );
}

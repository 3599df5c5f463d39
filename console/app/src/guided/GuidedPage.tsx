import { useQuery } from '@apollo/client/react';
import { useParams } from 'react-router';

import { Documents } from '../documents/DocumentList';
import { ActionBar } from '../actions/ActionBar';
import { graphql } from '../gql';
import { AuditTrail } from '../session/AuditTrail';
import { Elsewhere } from '../session/SessionRedirect';
import { SessionFrame } from '../session/SessionLayout';
import { SessionHeader } from '../session/SessionHeader';
import { useChanges } from '../session/useSessionRefresh';
import { NotFoundPage } from '../shell/NotFoundPage';
import { Loading } from '../ui/Loading';
import { Trouble } from '../ui/ErrorState';
import { Path } from './GuidedSteps';

const GuidedPageDocument = graphql(`
  query GuidedPage($id: ID!, $before: String) {
    session(id: $id) {
      __typename
      id
      ...SessionHeader
      ...ActionBar
      ...Documents
      ...Elsewhere
      ...Path
    }
  }
`);

export function GuidedPage() {
  const { id = '' } = useParams();
  const { data, error, refetch, fetchMore } = useQuery(GuidedPageDocument, {
    variables: { id },
    fetchPolicy: 'cache-and-network',
  });
  useChanges(id);
  if (!data) return error ? <Trouble error={error} again={() => void refetch()} /> : <Loading />;
  const { session } = data;
  if (session === null) return <NotFoundPage />;
  if (session.__typename === 'ChatSession') return <Elsewhere session={session} />;
  return (
    <SessionFrame
      header={
        <SessionHeader key={session.id} session={session}>
          <ActionBar session={session} />
        </SessionHeader>
      }
      aside={
        <>
          <Documents session={session} />
          <AuditTrail id={session.id} />
        </>
      }
    >
      <Path
        key={session.id}
        session={session}
        again={refetch}
        earlier={(before) => {
          fetchMore({ variables: { before } }).catch(() => {});
        }}
      />
    </SessionFrame>
  );
}

import { useQuery } from '@apollo/client/react';
import { useParams } from 'react-router';

import { DocumentList } from '../documents/DocumentList';
import { ActionBar } from '../actions/ActionBar';
import { graphql } from '../gql';
import { AuditTrail } from '../session/AuditTrail';
import { SessionRedirect } from '../session/SessionRedirect';
import { SessionLayout } from '../session/SessionLayout';
import { SessionHeader } from '../session/SessionHeader';
import { useSessionRefresh } from '../session/useSessionRefresh';
import { NotFoundPage } from '../shell/NotFoundPage';
import { Loading } from '../ui/Loading';
import { ErrorState } from '../ui/ErrorState';
import { GuidedSteps } from './GuidedSteps';

const GUIDED_PAGE_QUERY = graphql(`
  query GuidedPage($id: ID!, $before: String) {
    session(id: $id) {
      __typename
      id
      ...SessionHeader
      ...ActionBar
      ...DocumentList
      ...SessionRedirect
      ...GuidedSteps
    }
  }
`);

export function GuidedPage() {
  const { id = '' } = useParams();
  const { data, error, refetch, fetchMore } = useQuery(GUIDED_PAGE_QUERY, {
    variables: { id },
    fetchPolicy: 'cache-and-network',
  });
  useSessionRefresh(id);
  if (!data) return error ? <ErrorState error={error} again={() => void refetch()} /> : <Loading />;
  const { session } = data;
  if (session === null) return <NotFoundPage />;
  if (session.__typename === 'ChatSession') return <SessionRedirect session={session} />;
  return (
    <SessionLayout
      header={
        <SessionHeader key={session.id} session={session}>
          <ActionBar session={session} />
        </SessionHeader>
      }
      aside={
        <>
          <DocumentList session={session} />
          <AuditTrail id={session.id} />
        </>
      }
    >
      <GuidedSteps
        key={session.id}
        session={session}
        refetch={refetch}
        loadOlder={(before) => {
          fetchMore({ variables: { before } }).catch(() => {});
        }}
      />
    </SessionLayout>
  );
}

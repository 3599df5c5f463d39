import { useQuery } from '@apollo/client/react';
import { useParams } from 'react-router';

import { ActionBar } from '../actions/ActionBar';
import { graphql } from '../gql';
import { AuditTrail } from '../session/AuditTrail';
import { DocumentList } from '../documents/DocumentList';
import { SessionRedirect } from '../session/SessionRedirect';
import { SessionLayout } from '../session/SessionLayout';
import { SessionHeader } from '../session/SessionHeader';
import { useSessionRefresh } from '../session/useSessionRefresh';
import { NotFoundPage } from '../shell/NotFoundPage';
import { Loading } from '../ui/Loading';
import { ErrorState } from '../ui/ErrorState';
import { Conversation } from './Conversation';
import { ChatSidebar } from './ChatSidebar';

const CHAT_PAGE_QUERY = graphql(`
  query ChatPage($id: ID!, $before: String) {
    session(id: $id) {
      __typename
      id
      ...SessionHeader
      ...ActionBar
      ...DocumentList
      ...SessionRedirect
      ...Conversation
    }
  }
`);

export function ChatPage() {
  const { id = '' } = useParams();
  const { data, error, refetch, fetchMore } = useQuery(CHAT_PAGE_QUERY, {
    variables: { id },
    fetchPolicy: 'cache-and-network',
  });
  useSessionRefresh(id);
  if (!data) {
    return (
      <SessionLayout sidebar={<ChatSidebar />}>
        {error ? <ErrorState error={error} again={() => void refetch()} /> : <Loading />}
      </SessionLayout>
    );
  }
  const { session } = data;
  if (session === null) return <NotFoundPage />;
  if (session.__typename === 'GuidedSession') return <SessionRedirect session={session} />;
  return (
    <SessionLayout
      sidebar={<ChatSidebar />}
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
      <Conversation
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

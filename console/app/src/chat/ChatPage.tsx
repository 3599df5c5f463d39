import { useQuery } from '@apollo/client/react';
import { useParams } from 'react-router';

import { ActionBar } from '../actions/ActionBar';
import { graphql } from '../gql';
import { AuditTrail } from '../session/AuditTrail';
import { Documents } from '../documents/DocumentList';
import { Elsewhere } from '../session/SessionRedirect';
import { SessionFrame } from '../session/SessionLayout';
import { SessionHeader } from '../session/SessionHeader';
import { useChanges } from '../session/useSessionRefresh';
import { NotFoundPage } from '../shell/NotFoundPage';
import { Loading } from '../ui/Loading';
import { Trouble } from '../ui/ErrorState';
import { Conversation } from './Conversation';
import { Sidebar } from './ChatSidebar';

const ChatPageDocument = graphql(`
  query ChatPage($id: ID!, $before: String) {
    session(id: $id) {
      __typename
      id
      ...SessionHeader
      ...ActionBar
      ...Documents
      ...Elsewhere
      ...Conversation
    }
  }
`);

export function ChatPage() {
  const { id = '' } = useParams();
  const { data, error, refetch, fetchMore } = useQuery(ChatPageDocument, {
    variables: { id },
    fetchPolicy: 'cache-and-network',
  });
  useChanges(id);
  if (!data) {
    return (
      <SessionFrame side={<Sidebar />}>
        {error ? <Trouble error={error} again={() => void refetch()} /> : <Loading />}
      </SessionFrame>
    );
  }
  const { session } = data;
  if (session === null) return <NotFoundPage />;
  if (session.__typename === 'GuidedSession') return <Elsewhere session={session} />;
  return (
    <SessionFrame
      side={<Sidebar />}
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
      <Conversation
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

import { useQuery } from '@apollo/client/react';
import { Button } from '@radix-ui/themes';
import { MessageCircle } from 'lucide-react';
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
import { Notice } from '../ui/Notice';
import { Trouble } from '../ui/Trouble';
import { LiveAnswer } from './LiveAnswer';
import { Message } from './Message';

const ChatPageDocument = graphql(`
  query ChatPage($id: ID!, $last: Int!, $before: String) {
    session(id: $id) {
      __typename
      id
      ...SessionHeader
      ...Documents
      ...Elsewhere
      ... on ChatSession {
        activeGeneration {
          id
          kind
          text
        }
        messages(last: $last, before: $before) {
          edges {
            node {
              id
              ...Message
            }
          }
          pageInfo {
            hasPreviousPage
            startCursor
          }
        }
      }
    }
  }
`);

const FEW = 50;
const MOST = 100;

export function ChatPage() {
  const { id = '' } = useParams();
  const { data, error, refetch } = useQuery(ChatPageDocument, {
    variables: { id, last: FEW },
    fetchPolicy: 'cache-and-network',
  });
  useChanges(id);
  if (!data) return error ? <Trouble error={error} again={() => void refetch()} /> : <Loading />;
  const { session } = data;
  if (session === null) return <NotFoundPage />;
  if (session.__typename === 'GuidedSession') return <Elsewhere session={session} />;
  const { activeGeneration: writing, messages } = session;
  const begun = writing?.kind === 'CHAT_REPLY' ? writing : null;
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
      {messages.pageInfo.hasPreviousPage && (
        <Button variant="soft" mb="3" onClick={() => void refetch({ id, last: MOST })}>
          Show earlier messages
        </Button>
      )}
      {messages.edges.length === 0 && (
        <Notice icon={<MessageCircle aria-hidden />} title="Nothing has been said yet" />
      )}
      <ol className="messages" aria-label="Messages">
        {messages.edges.map(({ node }) => (
          <Message key={node.id} message={node} />
        ))}
      </ol>
      <LiveAnswer key={session.id} sessionId={session.id} begun={begun} over={() => refetch()} />
    </SessionFrame>
  );
}

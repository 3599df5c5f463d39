import { graphql } from '../gql';
import { SessionPage } from '../session/SessionPage';
import { ChatSidebar } from './ChatSidebar';
import { Conversation } from './Conversation';

const CHAT_PAGE_QUERY = graphql(`
  query ChatPage($id: ID!, $before: String) {
    session(id: $id) {
      __typename
      id
      ...NewestEvent @unmask
      ...SessionHeader
      ...ActionBar
      ...DocumentList
      ...SessionRedirect
      ...Conversation
    }
  }
`);

export function ChatPage() {
  return (
    <SessionPage query={CHAT_PAGE_QUERY} kind="ChatSession" sidebar={<ChatSidebar />}>
      {(session, controls) => <Conversation key={session.id} session={session} {...controls} />}
    </SessionPage>
  );
}

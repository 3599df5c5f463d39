import { Heading, Text } from '@radix-ui/themes';
import { Suspense } from 'react';

import { useBoard } from '../board/useBoard';
import type { SessionFilter } from '../gql/graphql';
import { Loading } from '../ui/Loading';
import { ChatLink } from './ChatLink';

const CHATS: SessionFilter = { sessionType: 'CHAT' };

/** A live list of the chats: open ones first, then the recently closed. */
export function ChatSidebar() {
  const { board, error } = useBoard(CHATS);
  const chats = board ? [...board.active, ...board.recent] : [];
  return (
    <nav aria-labelledby="chats">
      <Heading as="h2" size="3" mb="2" id="chats">
        Chats
      </Heading>
      {board === null && !error && <Loading rows={4} />}
      {board === null && error && (
        <Text size="2" color="gray">
          {error.message}
        </Text>
      )}
      <ul className="chat-links">
        {chats.map((session) => (
          <Suspense key={session.id}>
            <ChatLink session={session} />
          </Suspense>
        ))}
      </ul>
    </nav>
  );
}

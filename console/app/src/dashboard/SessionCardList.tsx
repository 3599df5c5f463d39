import { Heading, Text } from '@radix-ui/themes';
import { Suspense, useId } from 'react';

import type { ListedSession } from '../board/boardReducer';
import { SessionCard } from './SessionCard';

interface Props {
  title: string;
  empty: string;
  sessions: ListedSession[];
  claimantId?: string | null;
}

export function SessionCardList({ title, empty, sessions, claimantId = null }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Heading as="h2" size="4" mb="3" id={id}>
        {title}
      </Heading>
      {sessions.length === 0 && (
        <Text as="p" color="gray" size="2">
          {empty}
        </Text>
      )}
      <ul className="cards" aria-labelledby={id}>
        {sessions.map((session) => (
          <Suspense key={session.id}>
            <SessionCard session={session} claimantId={claimantId} />
          </Suspense>
        ))}
      </ul>
    </section>
  );
}

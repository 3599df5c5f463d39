import { Button, Flex, Heading } from '@radix-ui/themes';
import { Inbox, Plus } from 'lucide-react';
import { Link } from 'react-router';

import { useBoard } from '../board/useBoard';
import { useViewer } from '../shell/useViewer';
import { Loading } from '../ui/Loading';
import { Notice } from '../ui/EmptyState';
import { Trouble } from '../ui/ErrorState';
import { useTitle } from '../ui/usePageTitle';
import { CardList } from './SessionCardList';
import { Figures } from './SummaryFigures';

const EVERYTHING = {};

export function DashboardPage() {
  const { board, error, again } = useBoard(EVERYTHING);
  const { id, works } = useViewer();
  useTitle('Dashboard');
  if (error && board === null) return <Trouble error={error} again={again} />;
  if (board === null) return <Loading />;
  const waiting = board.active.filter((session) => session.status === 'ESCALATED');
  const active = board.active.filter((session) => session.status !== 'ESCALATED');
  return (
    <Flex direction="column" gap="6" py="4">
      <Heading as="h1" size="6">
        Dashboard
      </Heading>
      <Figures summary={board.summary} />
      {board.active.length + board.recent.length === 0 ? (
        <Notice icon={<Inbox aria-hidden />} title="No sessions yet">
          {works ? (
            <Button asChild>
              <Link to="/new">
                <Plus size={16} aria-hidden /> Start the first one
              </Link>
            </Button>
          ) : (
            'They appear here as soon as somebody starts one.'
          )}
        </Notice>
      ) : (
        <>
          <CardList
            title="Waiting to be claimed"
            empty="Nobody waits."
            sessions={waiting}
            claimant={works ? id : null}
          />
          <CardList title="Active" empty="Nothing is being worked on." sessions={active} />
          <CardList title="Recently closed" empty="Nothing yet." sessions={board.recent} />
        </>
      )}
    </Flex>
  );
}

import { Button, Flex, Heading } from '@radix-ui/themes';
import { Inbox, Plus } from 'lucide-react';
import { Link } from 'react-router';

import { useBoard } from '../board/useBoard';
import { useViewer } from '../shell/useViewer';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import { Loading } from '../ui/Loading';
import { usePageTitle } from '../ui/usePageTitle';
import { SessionCardList } from './SessionCardList';
import { SummaryFigures } from './SummaryFigures';

const NO_FILTER = {};

export function DashboardPage() {
  const { board, error, restart } = useBoard(NO_FILTER);
  const { id, canWrite } = useViewer();
  usePageTitle('Dashboard');
  if (error && board === null) return <ErrorState error={error} onRetry={restart} isPage />;
  if (board === null) return <Loading />;
  const unclaimed = board.active.filter((session) => session.status === 'ESCALATED');
  const active = board.active.filter((session) => session.status !== 'ESCALATED');
  return (
    <Flex direction="column" gap="6" py="4">
      <Heading as="h1" size="6">
        Dashboard
      </Heading>
      <SummaryFigures summary={board.summary} />
      {board.active.length + board.recent.length === 0 ? (
        <EmptyState icon={<Inbox aria-hidden />} title="No sessions yet">
          {canWrite ? (
            <Button asChild>
              <Link to="/new">
                <Plus size={16} aria-hidden /> Start the first one
              </Link>
            </Button>
          ) : (
            'They appear here as soon as somebody starts one.'
          )}
        </EmptyState>
      ) : (
        <>
          <SessionCardList
            title="Waiting to be claimed"
            empty="Nobody waits."
            sessions={unclaimed}
            claimantId={canWrite ? id : null}
          />
          <SessionCardList title="Active" empty="Nothing is being worked on." sessions={active} />
          <SessionCardList title="Recently closed" empty="Nothing yet." sessions={board.recent} />
        </>
      )}
    </Flex>
  );
}

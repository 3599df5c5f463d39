import { NetworkStatus } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { Button, Flex, Heading, Text } from '@radix-ui/themes';
import { Inbox, SearchX } from 'lucide-react';
import { useCallback } from 'react';

import { isInvalidInput } from '../api/errorMessages';
import { graphql } from '../gql';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import { Loading } from '../ui/Loading';
import { usePageTitle } from '../ui/usePageTitle';
import { describeSearchProblem } from './describeSearchProblem';
import { HistoryFilters } from './HistoryFilters';
import { LoadMore } from './LoadMore';
import { SessionRow } from './SessionRow';
import { useHistoryFilter } from './useHistoryFilter';

const HISTORY_PAGE_QUERY = graphql(`
  query HistoryPage($filter: SessionFilter, $orderBy: SessionOrder!, $after: String) {
    sessions(filter: $filter, orderBy: $orderBy, first: 30, after: $after) {
      totalCount
      edges {
        cursor
        matches {
          source
          fragment {
            text
            isMatch
          }
        }
        node {
          id
          problemDomain
          owner {
            id
            name
          }
          ...SessionRow
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const REFRESH_MS = 15_000;

export function HistoryPage() {
  const { values, filter, typed, search, setFilter, clearFilters, isFiltered } = useHistoryFilter();
  const { data, previousData, error, refetch, fetchMore, networkStatus } = useQuery(
    HISTORY_PAGE_QUERY,
    {
      variables: { filter, orderBy: filter.search ? 'BEST_MATCH' : 'UPDATED_AT_DESC' },
      fetchPolicy: 'cache-and-network',
      nextFetchPolicy: 'cache-first',
      pollInterval: REFRESH_MS,
      skipPollAttempt: () => document.hidden,
    },
  );
  usePageTitle('History');

  const sessions = data?.sessions;
  const shown = (data ?? previousData)?.sessions?.edges.map((edge) => edge.node) ?? [];
  const after = sessions?.pageInfo.endCursor;
  const loadMore = useCallback(() => {
    fetchMore({ variables: { after } }).catch(() => {});
  }, [fetchMore, after]);

  return (
    <>
      <Flex align="baseline" justify="between" py="4" gap="3">
        <Heading as="h1" size="6">
          History
        </Heading>
        <Text size="2" color="gray" role="status">
          {sessions &&
            (sessions.totalCount === 1 ? '1 session' : `${sessions.totalCount} sessions`)}
        </Text>
      </Flex>
      <HistoryFilters
        values={values}
        typed={typed}
        search={search}
        setFilter={setFilter}
        clearFilters={clearFilters}
        isFiltered={isFiltered}
        seen={{
          owners: shown.map((node) => node.owner),
          domains: shown.map((node) => node.problemDomain).filter((domain) => domain !== null),
        }}
      />
      {!sessions && !error && <Loading />}
      {!sessions &&
        error &&
        (values.q !== '' && isInvalidInput(error) ? (
          <SearchProblem error={error} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ))}
      {sessions?.edges.length === 0 &&
        (isFiltered ? (
          <EmptyState icon={<SearchX aria-hidden />} title="No session matches">
            <Button variant="soft" onClick={clearFilters}>
              Clear filters
            </Button>
          </EmptyState>
        ) : (
          <EmptyState icon={<Inbox aria-hidden />} title="No sessions yet">
            They appear here as soon as somebody starts one.
          </EmptyState>
        ))}
      {sessions && sessions.edges.length > 0 && (
        <ul className="rows" aria-label="Sessions">
          {sessions.edges.map(({ node, matches }) => (
            <SessionRow key={node.id} session={node} hits={matches} />
          ))}
        </ul>
      )}
      {sessions?.pageInfo.hasNextPage && (
        <LoadMore isLoading={networkStatus === NetworkStatus.fetchMore} onLoadMore={loadMore} />
      )}
    </>
  );
}

function SearchProblem({ error }: { error: Error }) {
  const { title, reason } = describeSearchProblem(error);
  return (
    <EmptyState icon={<SearchX aria-hidden />} title={title} role="alert">
      {reason}
    </EmptyState>
  );
}

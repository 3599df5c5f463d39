import { useQuery } from '@apollo/client/react';
import { Button, Flex } from '@radix-ui/themes';

import { graphql } from '../gql';
import { useViewer } from '../shell/useViewer';
import { sentenceCase } from '../ui/format';
import { NativeSelect } from '../ui/NativeSelect';
import { SearchField } from './SearchField';
import { type FilterName, type FilterValues, SESSION_STATUSES } from './sessionFilter';
import { TypeFilter } from './TypeFilter';

const HISTORY_FILTERS_QUERY = graphql(`
  query HistoryFilters {
    users(first: 100) {
      edges {
        node {
          id
          name
        }
      }
    }
    flows(first: 100) {
      edges {
        node {
          id
          domain
        }
      }
    }
  }
`);

interface Props {
  values: FilterValues;
  /** What is in the search field, before it is searched for. */
  typed: string;
  search: (text: string) => void;
  setFilter: (name: FilterName, value: string) => void;
  clearFilters: () => void;
  isFiltered: boolean;
  seen: { owners: { id: string; name: string }[]; domains: string[] };
}

export function HistoryFilters(props: Props) {
  const { values, typed, search, setFilter, clearFilters, isFiltered, seen } = props;
  const { data } = useQuery(HISTORY_FILTERS_QUERY);
  const { id: viewerId } = useViewer();
  const flowDomains = data?.flows?.edges.map((edge) => edge.node.domain) ?? [];
  const domains = [...new Set([...flowDomains, ...seen.domains])].sort();
  const users = data?.users?.edges.map((edge) => edge.node) ?? [];
  // The query omits machine users and former users. The owners of the listed sessions add them.
  const others = [...new Map([...users, ...seen.owners].map((user) => [user.id, user.name]))]
    .filter(([id]) => id !== viewerId)
    .map(([value, label]) => ({ value, label }));
  const owners = viewerId ? [{ value: viewerId, label: 'Me' }, ...others] : others;
  return (
    <Flex direction="column" gap="3" mb="3" role="search" aria-label="Sessions">
      <Flex gap="3" wrap="wrap" align="center">
        <TypeFilter value={values.type} onChange={(value) => setFilter('type', value)} />
        <SearchField value={typed} onChange={search} />
      </Flex>
      <Flex gap="2" wrap="wrap" align="center" className="filters">
        <NativeSelect
          label="Status"
          emptyLabel="Any status"
          value={values.status}
          options={SESSION_STATUSES.map((each) => ({
            value: each.toLowerCase(),
            label: sentenceCase(each),
          }))}
          onChange={(value) => setFilter('status', value)}
        />
        <NativeSelect
          label="Domain"
          emptyLabel="Any domain"
          value={values.domain}
          options={domains.map((each) => ({ value: each, label: each }))}
          onChange={(value) => setFilter('domain', value)}
        />
        <NativeSelect
          label="Owner"
          emptyLabel="Any owner"
          value={values.owner}
          options={owners}
          onChange={(value) => setFilter('owner', value)}
        />
        <label className="day">
          From
          <input
            type="date"
            className="field"
            value={values.from}
            max={values.to || undefined}
            onChange={(event) => setFilter('from', event.target.value)}
          />
        </label>
        <label className="day">
          To
          <input
            type="date"
            className="field"
            value={values.to}
            min={values.from || undefined}
            onChange={(event) => setFilter('to', event.target.value)}
          />
        </label>
        {isFiltered && (
          <Button variant="ghost" color="gray" onClick={clearFilters} className="clear">
            Clear filters
          </Button>
        )}
      </Flex>
    </Flex>
  );
}

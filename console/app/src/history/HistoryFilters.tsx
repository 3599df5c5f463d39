import { useQuery } from '@apollo/client/react';
import { Button, Flex } from '@radix-ui/themes';

import { graphql } from '../gql';
import { useViewer } from '../shell/useViewer';
import { Choice } from '../ui/NativeSelect';
import { inWords } from '../ui/format';

import { SearchField } from './SearchField';
import { TypePills } from './TypeFilter';
import { type Name, STATUSES, type Values } from './useHistoryFilter';

const FiltersDocument = graphql(`
  query Filters {
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
  values: Values;
  change: (name: Name, value: string) => void;
  clear: () => void;
  isSet: boolean;
  seen: { owners: { id: string; name: string }[]; domains: string[] };
}

export function Filters({ values, change, clear, isSet, seen }: Props) {
  const { data } = useQuery(FiltersDocument);
  const { id: me } = useViewer();
  const library = data?.flows.edges.map((edge) => edge.node.domain) ?? [];
  const domains = [...new Set([...library, ...seen.domains])].sort();
  const people = data?.users.edges.map((edge) => edge.node) ?? [];
  // Machines, and those who have left, are not listed: whoever is in the list can be chosen.
  const others = [...new Map([...people, ...seen.owners].map((user) => [user.id, user.name]))]
    .filter(([id]) => id !== me)
    .map(([value, label]) => ({ value, label }));
  const owners = me ? [{ value: me, label: 'Me' }, ...others] : others;
  return (
    <Flex direction="column" gap="3" mb="3" role="search" aria-label="Sessions">
      <Flex gap="3" wrap="wrap" align="center">
        <TypePills value={values.type} change={(value) => change('type', value)} />
        <SearchField value={values.q} change={(value) => change('q', value)} />
      </Flex>
      <Flex gap="2" wrap="wrap" align="center" className="filters">
        <Choice
          label="Status"
          all="Any status"
          value={values.status}
          options={STATUSES.map((each) => ({ value: each.toLowerCase(), label: inWords(each) }))}
          change={(value) => change('status', value)}
        />
        <Choice
          label="Domain"
          all="Any domain"
          value={values.domain}
          options={domains.map((each) => ({ value: each, label: each }))}
          change={(value) => change('domain', value)}
        />
        <Choice
          label="Owner"
          all="Any owner"
          value={values.owner}
          options={owners}
          change={(value) => change('owner', value)}
        />
        <label className="day">
          From
          <input
            type="date"
            className="field"
            value={values.from}
            max={values.to || undefined}
            onChange={(event) => change('from', event.target.value)}
          />
        </label>
        <label className="day">
          To
          <input
            type="date"
            className="field"
            value={values.to}
            min={values.from || undefined}
            onChange={(event) => change('to', event.target.value)}
          />
        </label>
        {isSet && (
          <Button variant="ghost" color="gray" onClick={clear} className="clear">
            Clear filters
          </Button>
        )}
      </Flex>
    </Flex>
  );
}

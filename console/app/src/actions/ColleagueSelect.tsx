import { useQuery } from '@apollo/client/react';
import { TextField } from '@radix-ui/themes';
import { useState } from 'react';
import { useDebounce } from 'use-debounce';

import { graphql } from '../gql';
import { useViewer } from '../shell/useViewer';
import { Field } from '../ui/Field';
import { NativeSelect } from '../ui/NativeSelect';

const COLLEAGUES_QUERY = graphql(`
  query Colleagues($search: String) {
    users(search: $search, first: 100) {
      edges {
        node {
          id
          name
          role
        }
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

const DEBOUNCE_MS = 400;

interface Props {
  value: string;
  onChange: (userId: string) => void;
}

/** Selects a user who can take the session over. A long list gets a search field. */
export function ColleagueSelect({ value, onChange }: Props) {
  const { id: viewerId } = useViewer();
  const [typed, setTyped] = useState('');
  const [search] = useDebounce(typed.trim(), DEBOUNCE_MS);
  const [chosen, setChosen] = useState<{ id: string; name: string } | null>(null);
  const { data, previousData } = useQuery(COLLEAGUES_QUERY, {
    variables: { search: search || null },
    fetchPolicy: 'cache-and-network',
  });
  const shown = data ?? previousData;
  const colleagues = (shown?.users?.edges ?? [])
    .map(({ node }) => node)
    .filter((user) => user.id !== viewerId && user.role !== 'VIEWER');
  const isListed = colleagues.some(({ id }) => id === chosen?.id);
  const options = chosen && !isListed ? [chosen, ...colleagues] : colleagues;
  const isSearchable = typed !== '' || shown?.users?.pageInfo.hasNextPage;
  return (
    <>
      {isSearchable && (
        <TextField.Root
          type="search"
          placeholder="Search colleagues by name"
          aria-label="Search colleagues by name"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      <Field label="To whom" hint="Any colleague may claim it, whomever you choose.">
        <NativeSelect
          label="To whom"
          emptyLabel="Anyone"
          value={value}
          options={options.map((user) => ({ value: user.id, label: user.name }))}
          onChange={(id) => {
            setChosen(colleagues.find((user) => user.id === id) ?? chosen);
            onChange(id);
          }}
        />
      </Field>
    </>
  );
}

import { useQuery } from '@apollo/client/react';
import { TextField } from '@radix-ui/themes';
import { useState } from 'react';

import { graphql } from '../gql';
import { useViewer } from '../shell/useViewer';
import { useSettled } from '../ui/useDebouncedValue';
import { NativeSelect } from '../ui/NativeSelect';
import { Field } from '../ui/Field';

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

interface Props {
  value: string;
  onChange: (userId: string) => void;
}

/** One of those who could go on with a session; where there are many, they can be searched. */
export function ColleagueSelect({ value, onChange: change }: Props) {
  const { id: me } = useViewer();
  const [typed, setTyped] = useState('');
  const search = useSettled(typed.trim());
  const [chosen, setChosen] = useState<{ id: string; name: string } | null>(null);
  const { data, previousData } = useQuery(COLLEAGUES_QUERY, {
    variables: { search: search || null },
    fetchPolicy: 'cache-and-network',
  });
  const known = data ?? previousData;
  const others = (known?.users.edges ?? [])
    .map(({ node }) => node)
    .filter((user) => user.id !== me && user.role !== 'VIEWER');
  const found = others.some(({ id }) => id === chosen?.id);
  const options = chosen && !found ? [chosen, ...others] : others;
  const areMany = typed !== '' || known?.users.pageInfo.hasNextPage;
  return (
    <>
      {areMany && (
        <TextField.Root
          type="search"
          placeholder="Search colleagues by name"
          aria-label="Search colleagues by name"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      <Field label="To whom" hint="Anybody who works here may claim it all the same.">
        <NativeSelect
          label="To whom"
          emptyLabel="Anyone"
          value={value}
          options={options.map((user) => ({ value: user.id, label: user.name }))}
          onChange={(id) => {
            setChosen(others.find((user) => user.id === id) ?? chosen);
            change(id);
          }}
        />
      </Field>
    </>
  );
}

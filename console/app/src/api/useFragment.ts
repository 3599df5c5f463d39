import type { FragmentType, TypedDocumentNode } from '@apollo/client';
import { useSuspenseFragment } from '@apollo/client/react';
import { Kind } from 'graphql';

/** Unmasks the data of a component's own fragment. Other components cannot read it. */
export function useFragment<Data>(
  fragment: TypedDocumentNode<Data>,
  from: FragmentType<Data>,
): Data {
  const { data } = useSuspenseFragment({
    fragment,
    fragmentName: readFragmentName(fragment),
    from,
  });
  // TypeScript resolves the call to the overload for lists.
  return data as unknown as Data;
}

/** The first definition is the fragment itself; the fragments that it spreads follow. */
function readFragmentName(fragment: TypedDocumentNode<unknown>): string {
  const [first] = fragment.definitions;
  if (first?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error('This is not a fragment.');
  return first.name.value;
}

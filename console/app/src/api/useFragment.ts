import type { FragmentType, TypedDocumentNode } from '@apollo/client';
import { useSuspenseFragment } from '@apollo/client/react';
import { Kind } from 'graphql';

/** The data of a component, and of no other, from the object its parent has been given. */
export function useFragment<Data>(
  fragment: TypedDocumentNode<Data>,
  from: FragmentType<Data>,
): Data {
  const { data } = useSuspenseFragment({
    fragment,
    fragmentName: readFragmentName(fragment),
    from,
  });
  // Of the ways to call it, its types choose that for lists.
  return data as unknown as Data;
}

/** Behind it come those that it is made of. */
function readFragmentName(fragment: TypedDocumentNode<unknown>): string {
  const [first] = fragment.definitions;
  if (first?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error('This is no fragment.');
  return first.name.value;
}

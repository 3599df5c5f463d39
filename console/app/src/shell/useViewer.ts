import { useQuery } from '@apollo/client/react';

import { graphql } from '../gql';

const ViewerDocument = graphql(`
  query Viewer {
    viewer {
      id
      role
    }
  }
`);

/** Who looks. Until that is known, somebody who reads. */
export function useViewer() {
  const { data } = useQuery(ViewerDocument);
  const viewer = data?.viewer;
  return {
    id: viewer?.id ?? null,
    isKnown: viewer !== undefined,
    works: viewer !== undefined && viewer.role !== 'VIEWER',
  };
}

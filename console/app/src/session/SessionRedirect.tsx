import type { FragmentType } from '@apollo/client';
import { Navigate } from 'react-router';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { ElsewhereFragment } from '../gql/graphql';
import { addressOf } from './routes';

export const ElsewhereDocument = graphql(`
  fragment Elsewhere on AISession {
    id
    sessionType
  }
`);

/** For an address with the id of a session of the other kind. */
export function Elsewhere({ session }: { session: FragmentType<ElsewhereFragment> }) {
  const data = useFragment(ElsewhereDocument, session);
  return <Navigate to={addressOf(data)} replace />;
}

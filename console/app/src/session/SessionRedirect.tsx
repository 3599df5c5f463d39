import type { FragmentType } from '@apollo/client';
import { Navigate } from 'react-router';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { SessionRedirectFragment } from '../gql/graphql';
import { buildSessionPath } from './routes';

const SESSION_REDIRECT_FRAGMENT = graphql(`
  fragment SessionRedirect on AISession {
    id
    sessionType
  }
`);

/** Redirects to the page of the session's kind, for a URL with the other kind. */
export function SessionRedirect({ session }: { session: FragmentType<SessionRedirectFragment> }) {
  const data = useFragment(SESSION_REDIRECT_FRAGMENT, session);
  return <Navigate to={buildSessionPath(data)} replace />;
}

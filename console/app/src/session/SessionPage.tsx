import type { FragmentType, OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';

import { ActionBar } from '../actions/ActionBar';
import { DocumentList } from '../documents/DocumentList';
import type {
  ActionBarFragment,
  DocumentListFragment,
  NewestEventFragment,
  SessionHeaderFragment,
  SessionRedirectFragment,
} from '../gql/graphql';
import { NotFoundPage } from '../shell/NotFoundPage';
import { ErrorState } from '../ui/ErrorState';
import { Loading } from '../ui/Loading';
import { AuditTrail } from './AuditTrail';
import { SessionHeader } from './SessionHeader';
import { SessionLayout } from './SessionLayout';
import { SessionRedirect } from './SessionRedirect';
import { useSessionRefresh } from './useSessionRefresh';

type PageSession = { __typename: string; id: string } & NewestEventFragment &
  FragmentType<SessionHeaderFragment> &
  FragmentType<ActionBarFragment> &
  FragmentType<DocumentListFragment> &
  FragmentType<SessionRedirectFragment>;

export interface QueryControls {
  refetch: () => Promise<unknown>;
  loadOlder: (before: string | null) => void;
}

interface Props<Session extends PageSession, Kind extends Session['__typename']> {
  query: TypedDocumentNode<
    { session: Session | null },
    { id: string; before?: string | null | undefined }
  >;
  kind: Kind;
  sidebar?: ReactNode;
  children: (session: Extract<Session, { __typename: Kind }>, controls: QueryControls) => ReactNode;
}

/** The page of a session. Its children render what only one kind of session has. */
export function SessionPage<Session extends PageSession, Kind extends Session['__typename']>({
  query,
  kind,
  sidebar,
  children,
}: Props<Session, Kind>) {
  const { id = '' } = useParams();
  const { data, error, refetch, fetchMore } = useQuery<
    { session: Session | null },
    OperationVariables
  >(query, { variables: { id }, fetchPolicy: 'cache-and-network' });
  useSessionRefresh(id, data?.session as Session | null | undefined);
  if (!data) {
    const content = error ? (
      <ErrorState error={error} onRetry={() => void refetch()} isPage />
    ) : (
      <Loading />
    );
    return sidebar ? <SessionLayout sidebar={sidebar}>{content}</SessionLayout> : content;
  }
  const session = data.session as Session | null;
  if (session === null) return <NotFoundPage />;
  if (session.__typename !== kind) return <SessionRedirect session={session} />;
  const loadOlder = (before: string | null) => {
    fetchMore({ variables: { before } }).catch(() => {});
  };
  return (
    <SessionLayout
      sidebar={sidebar}
      header={
        <SessionHeader key={session.id} session={session}>
          <ActionBar session={session} />
        </SessionHeader>
      }
      aside={
        <>
          <DocumentList session={session} />
          <AuditTrail id={session.id} />
        </>
      }
    >
      {children(session as Extract<Session, { __typename: Kind }>, { refetch, loadOlder })}
    </SessionLayout>
  );
}

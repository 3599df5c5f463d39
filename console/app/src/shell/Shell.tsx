import { useQuery } from '@apollo/client/react';
import { Flex } from '@radix-ui/themes';
import { Braces, History, LayoutDashboard, Plus } from 'lucide-react';
import { Suspense } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';

import { graphqlUrl } from '../basePath';
import { useRemovedSessions } from '../board/useRemovedSessions';
import { graphql } from '../gql';
import { Loading } from '../ui/Loading';
import { ErrorBoundary } from './ErrorBoundary';
import { OfflineBanner } from './OfflineBanner';
import { SignOutButton } from './SignOutButton';
import { ThemeToggle } from './ThemeToggle';
import { useFocusOnNavigate } from './useFocusOnNavigate';
import { toViewer } from './useViewer';
import { ViewerName } from './ViewerName';

const SHELL_QUERY = graphql(`
  query Shell {
    viewer {
      id
      role
      ...ViewerName
    }
  }
`);

const navLinkClass = ({ isActive }: { isActive: boolean }) => (isActive ? 'nav on' : 'nav');

export function Shell() {
  const { data } = useQuery(SHELL_QUERY);
  const { pathname } = useLocation();
  const viewer = toViewer(data?.viewer);
  useFocusOnNavigate(pathname);
  useRemovedSessions();
  return (
    <>
      <a href="#content" className="skip">
        Skip to the content
      </a>
      <header className="bar">
        <div className="wide">
          <Flex align="center" gap="4" height="56px">
            <strong className="brand">Unified Sessions</strong>
            <Flex asChild gap="1" flexGrow="1">
              <nav aria-label="Main">
                <NavLink to="/" end className={navLinkClass}>
                  <LayoutDashboard size={18} aria-hidden />
                  <span className="nav-words">Dashboard</span>
                </NavLink>
                <NavLink to="/history" className={navLinkClass}>
                  <History size={18} aria-hidden />
                  <span className="nav-words">History</span>
                </NavLink>
                {viewer.canWrite && (
                  <NavLink to="/new" className={navLinkClass}>
                    <Plus size={18} aria-hidden />
                    <span className="nav-words">New session</span>
                  </NavLink>
                )}
                <a href={graphqlUrl} className="nav">
                  <Braces size={18} aria-hidden />
                  <span className="nav-words">GraphiQL</span>
                </a>
              </nav>
            </Flex>
            {data && (
              <Suspense>
                <ViewerName viewer={data.viewer} />
              </Suspense>
            )}
            <ThemeToggle />
            <SignOutButton />
          </Flex>
        </div>
      </header>
      <OfflineBanner />
      <main id="content" className="wide" tabIndex={-1}>
        <ErrorBoundary resetKey={pathname}>
          <Suspense fallback={<Loading />}>
            <Outlet context={viewer} />
          </Suspense>
        </ErrorBoundary>
      </main>
    </>
  );
}

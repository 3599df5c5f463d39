import { useQuery } from '@apollo/client/react';
import { Flex } from '@radix-ui/themes';
import { Braces, History, LayoutDashboard, Plus } from 'lucide-react';
import { Suspense } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';

import { graphql } from '../gql';
import { Loading } from '../ui/Loading';
import { ErrorBoundary } from './ErrorBoundary';
import { OfflineBanner } from './OfflineBanner';
import { SignOut } from './SignOutButton';
import { ThemeToggle } from './ThemeToggle';
import { useArrival } from './useFocusOnNavigate';
import { viewerOf } from './useViewer';
import { ViewerName } from './ViewerName';

const ShellDocument = graphql(`
  query Shell {
    viewer {
      id
      role
      ...ViewerName
    }
  }
`);

const nav = ({ isActive }: { isActive: boolean }) => (isActive ? 'nav on' : 'nav');

export function Shell() {
  const { data } = useQuery(ShellDocument);
  const { pathname } = useLocation();
  const viewer = viewerOf(data?.viewer);
  useArrival(pathname);
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
                <NavLink to="/" end className={nav}>
                  <LayoutDashboard size={18} aria-hidden />
                  <span className="nav-words">Dashboard</span>
                </NavLink>
                <NavLink to="/history" className={nav}>
                  <History size={18} aria-hidden />
                  <span className="nav-words">History</span>
                </NavLink>
                {viewer.works && (
                  <NavLink to="/new" className={nav}>
                    <Plus size={18} aria-hidden />
                    <span className="nav-words">New session</span>
                  </NavLink>
                )}
                <a href="/graphql" className="nav">
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
            <SignOut />
          </Flex>
        </div>
      </header>
      <OfflineBanner />
      <main id="content" className="wide" tabIndex={-1}>
        <ErrorBoundary place={pathname}>
          <Suspense fallback={<Loading />}>
            <Outlet context={viewer} />
          </Suspense>
        </ErrorBoundary>
      </main>
    </>
  );
}

import { useQuery } from '@apollo/client/react';
import { Container, Flex } from '@radix-ui/themes';
import { Braces, History } from 'lucide-react';
import { Suspense } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';

import { graphql } from '../gql';
import { Loading } from '../ui/Loading';
import { ErrorBoundary } from './ErrorBoundary';
import { OfflineBanner } from './OfflineBanner';
import { SignOut } from './SignOut';
import { ThemeToggle } from './ThemeToggle';
import { ViewerName } from './ViewerName';

const ShellDocument = graphql(`
  query Shell {
    viewer {
      id
      ...ViewerName
    }
  }
`);

export function Shell() {
  const { data } = useQuery(ShellDocument);
  const { pathname } = useLocation();
  return (
    <>
      <a href="#content" className="skip">
        Skip to the content
      </a>
      <header className="bar">
        <Container size="4" px="4">
          <Flex align="center" gap="4" height="56px">
            <strong className="brand">Unified Sessions</strong>
            <Flex asChild gap="1" flexGrow="1">
              <nav aria-label="Main">
                <NavLink
                  to="/history"
                  className={() => (pathname === '/' || pathname === '/history' ? 'nav on' : 'nav')}
                >
                  <History size={18} aria-hidden />
                  History
                </NavLink>
                <a href="/graphql" className="nav">
                  <Braces size={18} aria-hidden />
                  GraphiQL
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
        </Container>
      </header>
      <OfflineBanner />
      <Container size="4" px="4" asChild>
        <main id="content" tabIndex={-1}>
          <ErrorBoundary key={pathname}>
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
      </Container>
    </>
  );
}

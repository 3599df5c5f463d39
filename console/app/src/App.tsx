import { ApolloProvider } from '@apollo/client/react';
import { Theme } from '@radix-ui/themes';
import { createBrowserRouter, RouterProvider } from 'react-router';
import { useStore } from 'zustand';

import { client } from './api/client';
import { basePath } from './basePath';
import { ChatPage } from './chat/ChatPage';
import { ClaimPage } from './claim/ClaimPage';
import { NewSessionPage } from './create/NewSessionPage';
import { DashboardPage } from './dashboard/DashboardPage';
import { GuidedPage } from './guided/GuidedPage';
import { HistoryPage } from './history/HistoryPage';
import { NotFoundPage } from './shell/NotFoundPage';
import { Shell } from './shell/Shell';
import { useAppearance } from './shell/theme';
import { authStore } from './signin/credentials';
import { SignInPage } from './signin/SignInPage';

const routes = [
  {
    Component: Shell,
    children: [
      { index: true, Component: DashboardPage },
      { path: 'history', Component: HistoryPage },
      { path: 'guided/:id', Component: GuidedPage },
      { path: 'chat/:id', Component: ChatPage },
      { path: 'claim/:id', Component: ClaimPage },
      { path: 'new', Component: NewSessionPage },
      { path: '*', Component: NotFoundPage },
    ],
  },
];

const router = createBrowserRouter(routes, { basename: basePath.slice(0, -1) });

export function App() {
  const signInReason = useStore(authStore, (state) => state.signInReason);
  return (
    <Theme appearance={useAppearance()} accentColor="indigo" grayColor="slate" radius="medium">
      <ApolloProvider client={client}>
        {signInReason === null ? (
          <RouterProvider router={router} />
        ) : (
          <SignInPage reason={signInReason} />
        )}
      </ApolloProvider>
    </Theme>
  );
}

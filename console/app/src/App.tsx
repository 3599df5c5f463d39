import { ApolloProvider } from '@apollo/client/react';
import { Theme } from '@radix-ui/themes';
import { createBrowserRouter, RouterProvider } from 'react-router';

import { client } from './api/client';
import { ChatPage } from './chat/ChatPage';
import { ClaimPage } from './claim/ClaimPage';
import { NewSessionPage } from './create/NewSessionPage';
import { DashboardPage } from './dashboard/DashboardPage';
import { GuidedPage } from './guided/GuidedPage';
import { HistoryPage } from './history/HistoryPage';
import { NotFoundPage } from './shell/NotFoundPage';
import { Shell } from './shell/Shell';
import { useAppearance } from './shell/theme';
import { refusal } from './signin/credentials';
import { SignInPage } from './signin/SignInPage';
import { useStore } from './ui/store';

const router = createBrowserRouter([
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
]);

export function App() {
  const reason = useStore(refusal);
  return (
    <Theme appearance={useAppearance()} accentColor="indigo" grayColor="slate" radius="medium">
      <ApolloProvider client={client}>
        {reason === null ? <RouterProvider router={router} /> : <SignInPage reason={reason} />}
      </ApolloProvider>
    </Theme>
  );
}

import { ApolloProvider } from '@apollo/client/react';
import { Theme } from '@radix-ui/themes';
import { BrowserRouter, Route, Routes } from 'react-router';
import { useStore } from 'zustand';

import { client } from './api/client';
import { basePath } from './basePath';
import { NotFoundPage } from './shell/NotFoundPage';
import { Shell } from './shell/Shell';
import { useAppearance } from './shell/theme';
import { authStore } from './signin/credentials';
import { SignInPage } from './signin/SignInPage';
import { lazyComponent } from './ui/lazyComponent';

const ChatPage = lazyComponent(async () => (await import('./chat/ChatPage')).ChatPage);
const ClaimPage = lazyComponent(async () => (await import('./claim/ClaimPage')).ClaimPage);
const DashboardPage = lazyComponent(
  async () => (await import('./dashboard/DashboardPage')).DashboardPage,
);
const GuidedPage = lazyComponent(async () => (await import('./guided/GuidedPage')).GuidedPage);
const HistoryPage = lazyComponent(async () => (await import('./history/HistoryPage')).HistoryPage);
const NewSessionPage = lazyComponent(
  async () => (await import('./create/NewSessionPage')).NewSessionPage,
);

export function App() {
  const signInReason = useStore(authStore, (state) => state.signInReason);
  return (
    <Theme appearance={useAppearance()} accentColor="indigo" grayColor="slate" radius="medium">
      <ApolloProvider client={client}>
        {signInReason === null ? <Pages /> : <SignInPage reason={signInReason} />}
      </ApolloProvider>
    </Theme>
  );
}

function Pages() {
  return (
    <BrowserRouter basename={basePath.slice(0, -1)}>
      <Routes>
        <Route element={<Shell />}>
          <Route index element={<DashboardPage />} />
          <Route path="history" element={<HistoryPage />} />
          <Route path="guided/:id" element={<GuidedPage />} />
          <Route path="chat/:id" element={<ChatPage />} />
          <Route path="claim/:id" element={<ClaimPage />} />
          <Route path="new" element={<NewSessionPage />} />
          <Route path="*" element={<NotFoundPage />} />
        </Route>
      </Routes>
    </BrowserRouter>
  );
}

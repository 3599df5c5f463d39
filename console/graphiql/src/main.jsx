import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './page.css';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { examples } from './examples';
import { addSignIn } from './signIn';

// This page has the address of the API.
const url = new URL(location.pathname, location.href).href;
// Without a client of its own, GraphiQL opens one socket for each subscription and sends the headers
// of the editor in `connection_init`.
const send = createGraphiQLFetcher({
  url,
  subscriptionUrl: url.replace('http', 'ws'),
});
const fetcher = (request, options) =>
  send(request, { ...options, headers: addSignIn(options?.headers) });

const consolePath = location.pathname.replace(/graphql\/?$/, '');

createRoot(document.getElementById('root')).render(
  <GraphiQL fetcher={fetcher} defaultTabs={examples} defaultEditorToolsVisibility="variables">
    <GraphiQL.Logo>
      <a href={consolePath}>Console</a> · Unified Sessions
    </GraphiQL.Logo>
  </GraphiQL>,
);

import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './page.css';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { examples } from './examples';

const url = new URL('/graphql', location.href).href;
// With its address alone a socket is opened for each subscription, and the headers of the editor
// are what it says in `connection_init`.
const fetcher = createGraphiQLFetcher({ url, subscriptionUrl: url.replace('http', 'ws') });

createRoot(document.getElementById('root')).render(
  <GraphiQL fetcher={fetcher} defaultTabs={examples} defaultEditorToolsVisibility="variables">
    <GraphiQL.Logo>Unified Sessions</GraphiQL.Logo>
  </GraphiQL>,
);

import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './page.css';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { examples } from './examples';

const url = new URL('/graphql', location.href).href;
// Without a client of its own, GraphiQL opens one socket for each subscription and sends the headers
// of the editor in `connection_init`.
const fetcher = createGraphiQLFetcher({ url, subscriptionUrl: url.replace('http', 'ws') });

createRoot(document.getElementById('root')).render(
  <GraphiQL fetcher={fetcher} defaultTabs={examples} defaultEditorToolsVisibility="variables">
    <GraphiQL.Logo>Unified Sessions</GraphiQL.Logo>
  </GraphiQL>,
);

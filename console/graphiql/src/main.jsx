import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './page.css';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createClient } from 'graphql-ws';
import { createRoot } from 'react-dom/client';

import { examples } from './examples';

const url = new URL('/graphql', location.href).href;
const fetcher = createGraphiQLFetcher({
  url,
  wsClient: createClient({ url: url.replace('http', 'ws') }),
});

createRoot(document.getElementById('root')).render(
  <GraphiQL fetcher={fetcher} defaultTabs={examples} defaultEditorToolsVisibility="variables">
    <GraphiQL.Logo>Unified Sessions</GraphiQL.Logo>
  </GraphiQL>,
);

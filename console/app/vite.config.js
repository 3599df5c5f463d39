import { babelOptimizerPlugin } from '@graphql-codegen/client-preset';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { compressAssets } from '../compressAssets.js';
import { earlyTheme } from './earlyTheme.js';
import { pruneRadixCss } from './pruneRadixCss.js';
import { showSkeletonFirst } from './showSkeletonFirst.js';

export default defineConfig({
  plugins: [
    // Documents are imported one by one, without their source.
    react({
      babel: {
        plugins: [
          [babelOptimizerPlugin, { artifactDirectory: './src/gql', gqlTagName: 'graphql' }],
        ],
      },
    }),
    earlyTheme(),
    showSkeletonFirst(),
    pruneRadixCss(),
    compressAssets(),
  ],
  // A placeholder: the server replaces it with a new nonce in every response.
  html: { cspNonce: 'NONCE' },
  experimental: {
    // A placeholder too, for the path below which a proxy shows the server. Scripts and styles find
    // each other relative to themselves.
    renderBuiltUrl: (file, { hostType }) =>
      hostType === 'html' ? `/BASE_PATH/${file}` : { relative: true },
  },
  build: {
    outDir: '../../server/static/console',
    emptyOutDir: true,
    // For the test of what a first load costs.
    manifest: true,
    // The content security policy allows files of this server only, no `data:` URLs.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: Infinity,
  },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } } },
});

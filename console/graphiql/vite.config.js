import { defineConfig } from 'vite';

import { compressAssets } from '../compressAssets.js';

export default defineConfig({
  experimental: {
    // The server replaces the placeholder by the path below which a proxy shows it.
    renderBuiltUrl: (file, { hostType }) =>
      hostType === 'html' ? `/BASE_PATH/graphiql/${file}` : { relative: true },
  },
  plugins: [compressAssets()],
  esbuild: { jsx: 'automatic' },
  // Monaco's workers share chunks, which the default format does not support.
  worker: { format: 'es' },
  build: {
    outDir: '../../server/static/graphiql',
    emptyOutDir: true,
    // The editor is large, but it loads from this server.
    chunkSizeWarningLimit: Infinity,
  },
});

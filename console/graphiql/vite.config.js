import { defineConfig } from 'vite';

export default defineConfig({
  base: '/graphiql/',
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

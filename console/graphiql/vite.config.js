import { defineConfig } from 'vite';

export default defineConfig({
  base: '/graphiql/',
  esbuild: { jsx: 'automatic' },
  // Monaco's workers share code, which the default format cannot.
  worker: { format: 'es' },
  build: {
    outDir: '../../server/static/graphiql',
    emptyOutDir: true,
    // An editor is large; nobody waits for it but on this machine.
    chunkSizeWarningLimit: Infinity,
  },
});

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // A placeholder: the server puts a new nonce in for every answer.
  html: { cspNonce: 'NONCE' },
  build: {
    outDir: '../../server/static/console',
    emptyOutDir: true,
    // The policy lets nothing in that is not a file of this server.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: Infinity,
  },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:8000', ws: true } } },
});

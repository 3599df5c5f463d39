import { createClient } from 'graphql-ws';

import { authorization } from '../signin/credentials';
import { found, lost } from './connectionStatus';

export const FORBIDDEN = 4403;
const NORMAL = 1000;
const LONGEST_WAIT_MS = 10_000;

const SILENT_MS = 5000;

const forbidden = new Set<() => void>();
const back = new Set<() => void>();

/** Calls back when the server has closed the socket on somebody it no longer lets in. */
export function onForbidden(tell: () => void) {
  forbidden.add(tell);
}

/** Calls back when there is a connection again after one was lost. */
export function onBack(tell: () => void) {
  back.add(tell);
}

let silence: number | undefined;

export const socket = createClient({
  url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
  connectionParams: authorization,
  keepAlive: 15_000,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  // Spread out, so that a server that is back does not get everybody at once.
  retryWait: (attempt) =>
    new Promise((resolve) =>
      setTimeout(
        resolve,
        Math.min(LONGEST_WAIT_MS, 300 * 2 ** attempt) * (0.5 + Math.random() / 2),
      ),
    ),
  on: {
    connected: (_socket, _payload, wasRetry) => {
      found();
      if (wasRetry) back.forEach((tell) => tell());
    },
    // A connection can be gone without a word.
    ping: (isReceived) => {
      if (!isReceived) silence = window.setTimeout(() => socket.terminate(), SILENT_MS);
    },
    pong: (isReceived) => {
      if (isReceived) window.clearTimeout(silence);
    },
    closed: (event) => {
      window.clearTimeout(silence);
      const { code } = event as CloseEvent;
      if (code === FORBIDDEN) forbidden.forEach((tell) => tell());
      else if (code !== NORMAL) lost();
    },
  },
});

import { createClient } from 'graphql-ws';

import { buildAuthorizationHeaders } from '../signin/credentials';
import { markOnline, markOffline } from './connectionStatus';

export const FORBIDDEN_CODE = 4403;
const NORMAL_CLOSURE_CODE = 1000;
const MAX_RETRY_WAIT_MS = 10_000;

const PONG_TIMEOUT_MS = 5000;

const forbiddenListeners = new Set<() => void>();
const reconnectListeners = new Set<() => void>();

/** Calls back when the server has closed the socket on somebody it no longer lets in. */
export function onForbidden(tell: () => void) {
  forbiddenListeners.add(tell);
}

/** Calls back when there is a connection again after one was lost. */
export function onReconnected(tell: () => void) {
  reconnectListeners.add(tell);
}

let pongTimer: number | undefined;

export const socket = createClient({
  url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
  connectionParams: buildAuthorizationHeaders,
  keepAlive: 15_000,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  // Spread out, so that a server that is back does not get everybody at once.
  retryWait: (attempt) =>
    new Promise((resolve) =>
      setTimeout(
        resolve,
        Math.min(MAX_RETRY_WAIT_MS, 300 * 2 ** attempt) * (0.5 + Math.random() / 2),
      ),
    ),
  on: {
    connected: (_socket, _payload, wasRetry) => {
      markOnline();
      if (wasRetry) reconnectListeners.forEach((tell) => tell());
    },
    // A connection can be gone without a word.
    ping: (isReceived) => {
      if (!isReceived) pongTimer = window.setTimeout(() => socket.terminate(), PONG_TIMEOUT_MS);
    },
    pong: (isReceived) => {
      if (isReceived) window.clearTimeout(pongTimer);
    },
    closed: (event) => {
      window.clearTimeout(pongTimer);
      const { code } = event as CloseEvent;
      if (code === FORBIDDEN_CODE) forbiddenListeners.forEach((tell) => tell());
      else if (code !== NORMAL_CLOSURE_CODE) markOffline();
    },
  },
});

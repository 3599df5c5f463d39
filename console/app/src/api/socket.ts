import { createClient } from 'graphql-ws';

import { graphqlUrl } from '../basePath';
import { buildAuthorizationHeaders } from '../signin/credentials';
import { markOffline, markOnline } from './connectionStatus';

const FORBIDDEN_CODE = 4403;
const NORMAL_CLOSURE_CODE = 1000;
const FIRST_RETRY_WAIT_MS = 300;
const MAX_RETRY_WAIT_MS = 10_000;
const KEEP_ALIVE_MS = 15_000;
const PONG_TIMEOUT_MS = 5000;

const forbiddenListeners = new Set<() => void>();
const reconnectListeners = new Set<() => void>();

/** Calls the listener when the server closes the socket because the credential is not valid. */
export function onForbidden(listener: () => void) {
  forbiddenListeners.add(listener);
}

/** Calls the listener when a lost connection is back. */
export function onReconnected(listener: () => void) {
  reconnectListeners.add(listener);
}

/** Exponential backoff with jitter, so that clients do not all reconnect at the same moment. */
function waitBeforeRetry(attempt: number): Promise<void> {
  const backoff = Math.min(MAX_RETRY_WAIT_MS, FIRST_RETRY_WAIT_MS * 2 ** attempt);
  return new Promise((resolve) => setTimeout(resolve, backoff * (0.5 + Math.random() / 2)));
}

let pongTimer: number | undefined;

export const socket = createClient({
  url: graphqlUrl.replace(/^http/, 'ws'),
  connectionParams: buildAuthorizationHeaders,
  keepAlive: KEEP_ALIVE_MS,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: waitBeforeRetry,
  on: {
    connected: (_socket, _payload, wasRetry) => {
      markOnline();
      if (wasRetry) reconnectListeners.forEach((listener) => listener());
    },
    // A connection can be lost without a close event: a ping without a pong ends it.
    ping: (isReceived) => {
      if (!isReceived) pongTimer = window.setTimeout(() => socket.terminate(), PONG_TIMEOUT_MS);
    },
    pong: (isReceived) => {
      if (isReceived) window.clearTimeout(pongTimer);
    },
    closed: (event) => {
      window.clearTimeout(pongTimer);
      const { code } = event as CloseEvent;
      if (code === FORBIDDEN_CODE) forbiddenListeners.forEach((listener) => listener());
      else if (code !== NORMAL_CLOSURE_CODE) markOffline();
    },
  },
});

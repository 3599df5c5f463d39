import { createClient } from 'graphql-ws';

import { authorization } from '../signin/credentials';
import { found, lost } from './reachable';

export const FORBIDDEN = 4403;
const NORMAL = 1000;
const LONGEST_WAIT_MS = 10_000;

const forbidden = new Set<() => void>();

/** Calls back when the server has closed the socket on somebody it no longer lets in. */
export function onForbidden(tell: () => void) {
  forbidden.add(tell);
}

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
    connected: found,
    closed: (event) => {
      const { code } = event as CloseEvent;
      if (code === FORBIDDEN) forbidden.forEach((tell) => tell());
      else if (code !== NORMAL) lost();
    },
  },
});

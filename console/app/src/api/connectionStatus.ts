import { Store } from '../ui/store';

/** Whether the server answers, as far as the last attempt can tell. */
export const reachable = new Store(navigator.onLine);

const RETRY_MS = 3000;
let probeTimer: number | undefined;

export function markOffline() {
  reachable.set(false);
  probeTimer ??= window.setInterval(probeServer, RETRY_MS);
}

export function markOnline() {
  window.clearInterval(probeTimer);
  probeTimer = undefined;
  reachable.set(true);
}

async function probeServer() {
  try {
    if ((await fetch('/health')).ok) markOnline();
  } catch {
    // Still away: asked again after a while.
  }
}

window.addEventListener('offline', markOffline);
window.addEventListener('online', () => void probeServer());

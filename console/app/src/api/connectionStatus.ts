import { Store } from '../ui/store';

/** Whether the server answers, as far as the last attempt can tell. */
export const reachable = new Store(navigator.onLine);

const RETRY_MS = 3000;
let probe: number | undefined;

export function lost() {
  reachable.set(false);
  probe ??= window.setInterval(ask, RETRY_MS);
}

export function found() {
  window.clearInterval(probe);
  probe = undefined;
  reachable.set(true);
}

async function ask() {
  try {
    if ((await fetch('/health')).ok) found();
  } catch {
    // Still away: asked again after a while.
  }
}

window.addEventListener('offline', lost);
window.addEventListener('online', () => void ask());

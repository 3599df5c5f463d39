import { createStore } from 'zustand';

/** Whether the last request reached the server. */
export const onlineStore = createStore<boolean>()(() => navigator.onLine);

const PROBE_INTERVAL_MS = 3000;
let probeTimer: number | undefined;

/** Shows the offline state and probes the server until it answers. */
export function markOffline() {
  onlineStore.setState(false);
  probeTimer ??= window.setInterval(probeServer, PROBE_INTERVAL_MS);
}

export function markOnline() {
  window.clearInterval(probeTimer);
  probeTimer = undefined;
  onlineStore.setState(true);
}

async function probeServer() {
  try {
    if ((await fetch('/health')).ok) markOnline();
  } catch {
    // Still offline: the interval probes again.
  }
}

window.addEventListener('offline', markOffline);
window.addEventListener('online', () => void probeServer());

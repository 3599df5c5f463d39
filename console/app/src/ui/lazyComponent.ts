import { type ComponentType, lazy } from 'react';

import { basePath } from '../basePath';

const RELOADED_AT_KEY = 'unified-sessions.reloaded-at';
const MIN_MS_BETWEEN_RELOADS = 30_000;
const RETRY_MS = 2000;

const loads: (() => Promise<unknown>)[] = [];

/** A component whose code is in a file of its own, which is loaded when it is first shown. */
export function lazyComponent<Props>(load: () => Promise<ComponentType<Props>>) {
  loads.push(load);
  return lazy(async () => ({ default: await load().catch(reloadWhenReachable) }));
}

/** Loads the rest too, so that nobody waits for it later, not even without a network. */
export function loadComponentsWhenIdle() {
  const whenIdle = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 1000));
  // Without success the component is loaded again when it is shown.
  whenIdle(() => loads.forEach((load) => void load().catch(() => {})));
}

/**
 * The file is not there: the server cannot be reached, or a new version has other files. A browser
 * does not ask for a module twice, so only a reload brings it. Until then the fallback is shown.
 */
async function reloadWhenReachable(error: unknown): Promise<never> {
  const reloadedAt = Number(sessionStorage.getItem(RELOADED_AT_KEY));
  if (Date.now() - reloadedAt < MIN_MS_BETWEEN_RELOADS) throw error;
  while (!(await isServerReachable())) await new Promise((done) => setTimeout(done, RETRY_MS));
  sessionStorage.setItem(RELOADED_AT_KEY, String(Date.now()));
  location.reload();
  return new Promise(() => {});
}

async function isServerReachable(): Promise<boolean> {
  try {
    return (await fetch(`${basePath}health`)).ok;
  } catch {
    return false;
  }
}

// Sees that the server was replaced by a newer one while this page was open: its version differs from that at the
// start, or a part of the console that is asked for late is no longer there.
import { useSyncExternalStore } from 'react';

let firstVersion: string | undefined;
let newer = false;
const listeners = new Set<() => void>();

function announce(): void {
  newer = true;
  for (const listener of listeners) listener();
}

/** To be told of each version that the server says it has. */
export function seeVersion(version: string): void {
  firstVersion ??= version;
  if (version !== firstVersion) announce();
}

export function watchForNewerAssets(): void {
  window.addEventListener('vite:preloadError', announce);
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useNewer = (): boolean => useSyncExternalStore(subscribe, () => newer);

'use client';
// The time, in steps: whoever shows how long ago something was is rendered again when the step is over.
import { useCallback, useContext, useSyncExternalStore } from 'react';
import { FleetContext } from './context.js';

const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

/** The time by the server's clock, in whole steps; null on a server and for the first look in a browser. */
export function useNow(step = 10_000): number | null {
  const fleet = useContext(FleetContext);
  const client = fleet?.client;
  const read = useCallback(() => {
    const now = client?.now() ?? Date.now();
    return Math.floor(now / step) * step;
  }, [client, step]);
  return useSyncExternalStore<number | null>(subscribe, read, () => null);
}

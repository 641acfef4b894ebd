// Reads what the console shows anew when events say that it changed: at most once in two seconds, however many come, and
// only what is on the page.
import { useEffect, useRef } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useFleetEvents } from '@tenantry/react';
import { consoleKey } from '@/lib/fleet';

const pauseMs = 2_000;
/** What no event changes, or what costs too much to read anew for each. */
const left = new Set(['whoami', 'plans', 'tokens']);

export function LiveReading() {
  const cache = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const lastAt = useRef(0);
  useFleetEvents({}, () => {
    if (timer.current !== undefined) return;
    const wait = Math.max(150, lastAt.current + pauseMs - Date.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      lastAt.current = Date.now();
      void cache.invalidateQueries({
        queryKey: [consoleKey],
        predicate: ({ queryKey }) => !left.has(String(queryKey[1])) && !queryKey.includes('prune'),
      });
    }, wait);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return null;
}

'use client';
// A flag that does not flicker: true only after it has been true for a while, and then for a while at least.
import { useEffect, useRef, useState } from 'react';

/** Follows `flag`, 200 ms late when it turns on, and on for 300 ms at least. */
export function useSettled(flag: boolean, after = 200, atLeast = 300): boolean {
  const [shown, setShown] = useState(false);
  const since = useRef(0);
  useEffect(() => {
    if (flag === shown) return undefined;
    const wait = flag ? after : Math.max(0, since.current + atLeast - performance.now());
    const timer = setTimeout(() => {
      if (flag) since.current = performance.now();
      setShown(flag);
    }, wait);
    return () => clearTimeout(timer);
  }, [after, atLeast, flag, shown]);
  return shown;
}

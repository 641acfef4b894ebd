'use client';
// What somebody types, once they have paused.
import { useEffect, useState } from 'react';

export function useDelayedValue<T>(value: T, ms: number): T {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), ms);
    return () => clearTimeout(timer);
  }, [ms, value]);
  return delayed;
}

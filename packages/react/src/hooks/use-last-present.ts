'use client';
// The newest value that was there: what a dialog still shows while it closes.
import { useState } from 'react';

export function useLastPresent<T>(value: T | null): T | null {
  const [last, setLast] = useState(value);
  if (value !== null && value !== last) setLast(value);
  return value ?? last;
}

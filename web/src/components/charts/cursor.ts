// A cursor over the points of a chart that the arrow keys move.
import type { KeyboardEvent } from 'react';

/** Where a key moves the cursor to; nothing for other keys. */
export function moved(
  event: KeyboardEvent,
  index: number | undefined,
  count: number,
): number | undefined {
  const last = count - 1;
  const from = index ?? last;
  const next = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[event.key];
  return next === undefined || last < 0 ? undefined : Math.min(last, Math.max(0, next));
}

/** A point in time as a chart writes it: days without the hour. */
export function formatPoint(at: number, by: 'hour' | 'day'): string {
  return (by === 'day' ? day : hour).format(at);
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const hour = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

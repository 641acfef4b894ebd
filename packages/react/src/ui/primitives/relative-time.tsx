'use client';
// How long ago something was, with the exact time at hand.
import { useContext } from 'react';
import { FleetContext } from '../../fleet/context.js';
import { useNow } from '../../fleet/use-now.js';
import { formatInstant, formatRelative } from '../../values/times.js';

export interface RelativeTimeProps {
  /** An instant of the server's, as in its answers. */
  at: string | null | undefined;
  /** What stands where there is none. */
  otherwise?: string;
  className?: string;
}

export function RelativeTime({ at, otherwise = '–', className }: RelativeTimeProps) {
  const locale = useContext(FleetContext)?.locale ?? 'en';
  const now = useNow();
  if (at === null || at === undefined) return <span className={className}>{otherwise}</span>;
  const instant = Date.parse(at);
  // On a server, and for the first look in a browser, the zone is UTC, so that both write the same.
  const text =
    now === null ? formatInstant(instant, locale, 'UTC') : formatRelative(instant, now, locale);
  return (
    <time
      dateTime={at}
      title={formatInstant(instant, locale, now === null ? 'UTC' : undefined)}
      className={className}
    >
      {text}
    </time>
  );
}

// Instants for people: how long ago, and exactly when.

import { instantFormat, relativeFormat } from './formats.js';

const STEPS: [limit: number, divisor: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, 'second'],
  [3600, 60, 'minute'],
  [86_400, 3600, 'hour'],
  [86_400 * 30, 86_400, 'day'],
  [86_400 * 365, 86_400 * 30, 'month'],
  [Number.POSITIVE_INFINITY, 86_400 * 365, 'year'],
];

/** `3 min. ago`, `in 2 days`. What is less than ten seconds off is `now`. */
export function formatRelative(at: number, now: number, locale = 'en'): string {
  const seconds = (at - now) / 1000;
  const size = Math.abs(seconds);
  if (!Number.isFinite(size)) return '–';
  const words = relativeFormat(locale);
  if (size < 10) return words.format(0, 'second');
  const [, divisor, unit] = STEPS.find(([limit]) => size < limit) ?? STEPS[0]!;
  return words.format(Math.trunc(seconds / divisor), unit);
}

/** Date and time with the zone, for titles and details. */
export function formatInstant(at: number, locale = 'en', timeZone?: string): string {
  if (!Number.isFinite(at)) return '–';
  return instantFormat(locale, timeZone).format(at);
}

/** A length of time: `840 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '–';
  if (ms < 1000) return `${Math.round(ms)}\u00a0ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}\u00a0s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined([minutes, 'min'], [seconds % 60, 's']);
  return joined([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min']);
}

function joined(large: [number, string], small: [number, string]): string {
  const head = `${large[0]}\u00a0${large[1]}`;
  return small[0] === 0 ? head : `${head} ${small[0]}\u00a0${small[1]}`;
}

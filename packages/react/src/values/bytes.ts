// Sizes in IEC units, as text and back: the one place where bytes become words.

import { numberFormat } from './formats.js';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;
const NBSP = '\u00a0';

/** The largest quota that can be given here: the largest whole number that JavaScript holds exactly. */
export const MOST_BYTES = Number.MAX_SAFE_INTEGER;

/** A size for people: `0 B`, `1.5 GiB`, `8 EiB`. A number that is not one is a dash. */
export function formatBytes(bytes: number | null | undefined, locale = 'en'): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return '–';
  let value = Math.abs(bytes);
  let unit = 0;
  // The rounded value decides, so that 1,023.99 KiB is 1 MiB and not 1,024 KiB.
  while (rounded(value, unit) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = decimals(value, unit);
  const number = numberFormat(locale, { maximumFractionDigits: digits });
  return `${number.format(bytes < 0 ? -value : value)}${NBSP}${UNITS[unit]}`;
}

function decimals(value: number, unit: number): number {
  return unit > 0 && value < 99.95 ? 1 : 0;
}

function rounded(value: number, unit: number): number {
  const factor = 10 ** decimals(value, unit);
  return Math.round(value * factor) / factor;
}

/** What a person wrote as a size (`10 GiB`, `500MB`, `2.5g`), or why it is none. */
export type ParsedBytes = { bytes: number } | { problem: string };

const FACTORS: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1024,
  kib: 1024,
  kb: 1000,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  mb: 1000 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  gb: 1000 ** 3,
  t: 1024 ** 4,
  tib: 1024 ** 4,
  tb: 1000 ** 4,
  p: 1024 ** 5,
  pib: 1024 ** 5,
  pb: 1000 ** 5,
};

/** Reads a size that a person wrote. */
export function parseBytes(text: string): ParsedBytes {
  const match = /^(\d+(?:[.,]\d+)?)\s*([a-z]*)$/i.exec(text.trim().replaceAll(NBSP, ' '));
  const factor = FACTORS[match?.[2]?.toLowerCase() ?? '?'];
  if (match?.[1] === undefined || factor === undefined) {
    return { problem: 'Write a number and a unit, such as 10 GiB or 500 MiB.' };
  }
  const bytes = Math.round(Number(match[1].replace(',', '.')) * factor);
  if (bytes > MOST_BYTES) return { problem: `At most ${formatBytes(MOST_BYTES)}.` };
  return { bytes };
}

/** How much of a quota is used, from 0; null where there is no quota or nothing was measured. */
export function quotaShare(
  bytes: number | null | undefined,
  quota: number | null | undefined,
): number | null {
  if (bytes === null || bytes === undefined || quota === null || quota === undefined) return null;
  if (quota <= 0) return bytes > 0 ? Number.POSITIVE_INFINITY : 1;
  return bytes / quota;
}

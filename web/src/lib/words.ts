// Small pieces of language: numbers with their nouns, durations, and the names of kinds as people say them.

const whole = new Intl.NumberFormat();

export const formatCount = (value: number): string => whole.format(value);

/** `1 schema`, `12 schemas`. */
export const counted = (value: number, noun: string, plural = `${noun}s`): string =>
  `${formatCount(value)}\u00a0${value === 1 ? noun : plural}`;

/** `320 ms`, `4.2 s`, `3 min 20 s`, `5 h 12 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)}\u00a0ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}\u00a0s`;
  if (seconds < 60) return `${Math.round(seconds)}\u00a0s`;
  return twoUnits(Math.round(seconds));
}

function twoUnits(seconds: number): string {
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const at = units.findIndex(([size]) => seconds >= size);
  const [size, name] = units[at] ?? units[3];
  const large = `${Math.floor(seconds / size)}\u00a0${name}`;
  const next = units[at + 1];
  const rest = next ? Math.floor((seconds % size) / next[0]) : 0;
  return next && rest > 0 ? `${large} ${rest}\u00a0${next[1]}` : large;
}

/** `create_schema` → `Create schema`. */
export function sentence(word: string): string {
  const spaced = word.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

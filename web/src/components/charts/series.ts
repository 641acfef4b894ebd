// What a chart is made of, and what can be said of it in words.

export interface Point {
  /** Milliseconds since 1970. */
  at: number;
  value: number;
}

export interface Extremes {
  first: Point;
  last: Point;
  least: Point;
  most: Point;
}

export function extremes(points: readonly Point[]): Extremes | undefined {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return undefined;
  let least = first;
  let most = first;
  for (const point of points) {
    if (point.value < least.value) least = point;
    if (point.value > most.value) most = point;
  }
  return { first, last, least, most };
}

/** `up 12 %`, `down 3 %`, `steady`: the last point against the first. */
export function trend({ first, last }: Extremes): string {
  if (first.value === last.value) return 'steady';
  if (first.value === 0) return last.value > 0 ? 'up from nothing' : 'steady';
  const percent = ((last.value - first.value) / first.value) * 100;
  if (Math.abs(percent) < 0.5) return 'steady';
  return `${percent > 0 ? 'up' : 'down'} ${Math.abs(percent) < 10 ? Math.abs(percent).toFixed(1) : Math.round(Math.abs(percent))}\u00a0%`;
}

/** The sentence under a chart, for those who do not see it and those who read faster than they look. */
export function summary(points: readonly Point[], format: (value: number) => string): string {
  const found = extremes(points);
  if (!found) return 'Nothing was measured in this time.';
  if (points.length === 1) return `${format(found.last.value)}, measured once so far.`;
  return `${format(found.last.value)} now, ${trend(found)}; between ${format(found.least.value)} and ${format(found.most.value)}.`;
}

// What a series of points comes to in words.
import { expect, test } from 'vitest';
import { summary, trend, extremes } from './series';

const points = (...values: number[]) => values.map((value, at) => ({ at, value }));
const trendOf = (...values: number[]) => {
  const found = extremes(points(...values));
  return found && trend(found);
};

test('a trend is the last point against the first', () => {
  expect(trendOf(100, 50, 112)).toBe('up 12\u00a0%');
  expect(trendOf(1000, 967)).toBe('down 3.3\u00a0%');
  expect(trendOf(5, 9, 5)).toBe('steady');
  expect(trendOf(0, 9)).toBe('up from nothing');
  expect(trendOf()).toBeUndefined();
});

test('the summary says what the line shows', () => {
  expect(summary(points(2, 8, 4), String)).toBe('4 now, up 100\u00a0%; between 2 and 8.');
  expect(summary(points(3), String)).toBe('3, measured once so far.');
  expect(summary([], String)).toBe('Nothing was measured in this time.');
});

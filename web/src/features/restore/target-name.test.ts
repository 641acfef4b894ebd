// The name of a restored schema: proposed, and refused where it cannot be one.
import { expect, test } from 'vitest';
import { nameBeside, problemOfName } from './target-name';

test('the name beside is the living one and the day, and never too long', () => {
  expect(nameBeside('inst_oakwood', '2026-11-27T22:00:00Z')).toBe('inst_oakwood_2026_11_27');
  const long = nameBeside(`inst_${'a'.repeat(60)}`, '2026-11-27T22:00:00Z');
  expect(long).toHaveLength(63);
  expect(problemOfName(long)).toBeUndefined();
});

test('names that the database would refuse are refused here', () => {
  expect(problemOfName('Oak')).toBeDefined();
  expect(problemOfName('pg_oak')).toBeDefined();
  expect(problemOfName('a'.repeat(64))).toBeDefined();
  expect(problemOfName('')).toBeDefined();
});

// Sizes, names and times at their edges.
import { describe, expect, test } from 'vitest';
import { formatBytes, MOST_BYTES, parseBytes, quotaShare } from '../src/values/bytes.js';
import { LONGEST_SLUG, slugProblem, suggestSlug } from '../src/values/slug.js';
import { formatDuration, formatInstant, formatRelative } from '../src/values/times.js';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('sizes', () => {
  test.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 2 - 1, '1 MiB'],
    [99.9 * 1024 ** 2, '99.9 MiB'],
    [152.6 * 1024 ** 2, '153 MiB'],
    [1023.4 * 1024 ** 3, '1,023 GiB'],
    [1023.7 * 1024 ** 3, '1 TiB'],
    [Number.MAX_SAFE_INTEGER, '8 PiB'],
    [2 ** 63, '8 EiB'],
    [2 ** 63 - 1, '8 EiB'],
    [2 ** 80, '1,048,576 EiB'],
    [-2048, '-2 KiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(plain(formatBytes(bytes))).toBe(text);
  });

  test('number and unit do not part at the end of a line', () => {
    expect(formatBytes(1024)).toBe('1\u00a0KiB');
  });

  test('what was not measured is a dash', () => {
    for (const none of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(formatBytes(none)).toBe('–');
    }
  });

  test('the digits are those of the language', () => {
    expect(plain(formatBytes(1536, 'de'))).toBe('1,5 KiB');
  });

  test.each([
    ['10 GiB', 10 * 1024 ** 3],
    ['10gib', 10 * 1024 ** 3],
    ['500 MB', 500_000_000],
    ['2,5 g', 2.5 * 1024 ** 3],
    ['0', 0],
    ['1.5\u00a0TiB', 1.5 * 1024 ** 4],
    [' 7 b ', 7],
  ])('%s is read', (text, bytes) => {
    expect(parseBytes(text)).toEqual({ bytes });
  });

  test.each(['', 'much', '-1 GiB', '1 XB', '1e3', '10 GiB!', '1.2.3 GiB'])(
    '%j is refused',
    (text) => {
      expect(parseBytes(text)).toHaveProperty('problem');
    },
  );

  test('the largest quota is the largest whole number that is exact', () => {
    expect(parseBytes(`${MOST_BYTES} B`)).toEqual({ bytes: MOST_BYTES });
    expect(parseBytes('8 PiB')).toHaveProperty('problem');
    expect(parseBytes('9'.repeat(400))).toHaveProperty('problem');
  });

  test('a share of a quota, also of one that is 0', () => {
    expect(quotaShare(50, 200)).toBe(0.25);
    expect(quotaShare(0, 0)).toBe(1);
    expect(quotaShare(1, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(quotaShare(null, 100)).toBeNull();
    expect(quotaShare(100, null)).toBeNull();
  });
});

describe('names', () => {
  test.each(['ab', 'oakwood', 'school_12', `a${'b'.repeat(LONGEST_SLUG - 1)}`])(
    '%s is one',
    (name) => {
      expect(slugProblem(name)).toBeNull();
    },
  );

  test.each([
    ['', /at least 2/],
    ['a', /at least 2/],
    ['1st', /starts with a lower-case letter/],
    ['Oak', /starts with a lower-case letter/],
    ['_oak', /starts with a lower-case letter/],
    ['oak wood', /character 4 is “ ”/],
    ['oak-wood', /character 4 is “-”/],
    ['oakё', /character 4 is “ё”/],
    ['oak🏫', /character 4 is “🏫”/],
    ['оak', /starts with a lower-case letter/],
    [`a${'b'.repeat(LONGEST_SLUG)}`, /at most 39 characters; this has 40/],
    ['pg_oak', /belong to PostgreSQL/],
    ['public', /reserved/],
    ['facets', /reserved/],
    ['rows', /reserved/],
    ["o'; drop schema x", /character 2/],
  ])('case 32: %j is refused with the reason', (name, reason) => {
    expect(slugProblem(name)).toMatch(reason);
  });

  test.each([
    ['Oakwood School', 'oakwood_school'],
    ['Schloßschule Émile-Zola', 'schlossschule_emile_zola'],
    ['  1. Grundschule  ', 'grundschule'],
    ['pg_school', ''],
    ['مدرسة النور', ''],
    ['X'.repeat(200), 'x'.repeat(39)],
  ])('%j suggests %j', (display, name) => {
    expect(suggestSlug(display)).toBe(name);
  });
});

describe('times', () => {
  const now = Date.UTC(2026, 10, 27, 12);

  test.each([
    [0, 'now'],
    [-9_000, 'now'],
    [5_000, 'now'],
    [-59_000, '59 sec. ago'],
    [-3_600_000, '1 hr. ago'],
    [-86_400_000, 'yesterday'],
    [7 * 86_400_000, 'in 7 days'],
    [-400 * 86_400_000, 'last yr.'],
  ])('%d ms off is %s', (off, text) => {
    expect(formatRelative(now + off, now)).toBe(text);
  });

  test('what is no time is a dash', () => {
    expect(formatRelative(Number.NaN, now)).toBe('–');
    expect(formatInstant(Date.parse('soon'))).toBe('–');
  });

  test('an instant names its zone', () => {
    expect(formatInstant(now, 'en', 'UTC')).toBe('Nov 27, 2026, 12:00:00 PM UTC');
  });

  test.each([
    [840, '840 ms'],
    [12_400, '12 s'],
    [185_000, '3 min 5 s'],
    [7_200_000, '2 h'],
    [-1, '–'],
  ])('%d ms long is %s', (ms, text) => {
    expect(plain(formatDuration(ms))).toBe(text);
  });
});

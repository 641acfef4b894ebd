// Whatever stands in a URL, a page can be shown.
import { expect, test } from 'vitest';
import { flag, oneOf, present, text } from './search';

test('texts are read as texts, whatever the URL made of them', () => {
  expect(text({ q: 'ash' }, 'q')).toBe('ash');
  expect(text({ q: 2026 }, 'q')).toBe('2026');
  expect(text({ q: '' }, 'q')).toBeUndefined();
  expect(text({ q: { nested: true } }, 'q')).toBeUndefined();
});

test('words that are not known are left out', () => {
  expect(oneOf({ step: 'review' }, 'step', ['source', 'review'])).toBe('review');
  expect(oneOf({ step: 'drop table' }, 'step', ['source', 'review'])).toBeUndefined();
});

test('flags are on or absent', () => {
  expect(flag({ new: true }, 'new')).toBe(true);
  expect(flag({ new: '1' }, 'new')).toBe(true);
  expect(flag({ new: 'no' }, 'new')).toBeUndefined();
  expect(present({ a: 1, b: undefined })).toEqual({ a: 1 });
});

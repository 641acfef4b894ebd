// Words as they are shown: numbers with their nouns, sentences.
import { expect, test } from 'vitest';
import { counted, sentence } from './words';

test('numbers go with their nouns', () => {
  expect(counted(1, 'schema')).toBe('1\u00a0schema');
  expect(counted(0, 'schema')).toBe('0\u00a0schemas');
  expect(counted(12_345, 'schema')).toBe('12,345\u00a0schemas');
});

test('words of the API become sentences', () => {
  expect(sentence('make_schema')).toBe('Make schema');
});

// What is said of an operation that failed, and which ones need somebody.
import { expect, test } from 'vitest';
import type { OperationBody } from '@tenantry/react/client';
import { errorCause, errorHint, errorText, isActive, needsSomebody } from './operation';

const withError = (error: unknown) => ({ error }) as OperationBody;

test('what an operation ran into is read, whatever its shape', () => {
  expect(errorText(withError({ message: 'disk full', hint: 'make room' }))).toBe('disk full');
  expect(errorHint(withError({ message: 'disk full', hint: 'make room' }))).toBe('make room');
  expect(errorCause(withError({ cause: { message: 'first' } }))).toBe('first');
  expect(errorText(withError(null))).toBeUndefined();
  expect(errorText(withError('odd'))).toBeUndefined();
  expect(errorCause(withError({ message: 'alone' }))).toBeUndefined();
});

test('states are told apart by who has to do something', () => {
  expect(isActive({ state: 'waiting' })).toBe(true);
  expect(isActive({ state: 'stuck' })).toBe(false);
  expect(needsSomebody({ state: 'stuck' })).toBe(true);
  expect(needsSomebody({ state: 'cancelled' })).toBe(false);
});

// The registry: chords, typing, dialogs, and turning single keys off.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fireEvent } from '@testing-library/react';
import { keyCaps, listenForShortcuts, registerShortcuts, turnSingleKeys } from './shortcuts';

const go = vi.fn();
const find = vi.fn();
let stop: (() => void)[] = [];

beforeEach(() => {
  go.mockClear();
  find.mockClear();
  turnSingleKeys(true);
  stop = [
    listenForShortcuts(),
    registerShortcuts([
      { keys: 'g s', label: 'Go', group: 'Go to', run: go },
      { keys: 'mod+k', label: 'Find', group: 'Everywhere', run: find },
    ]),
  ];
});

afterEach(() => {
  for (const each of stop) each();
  document.body.innerHTML = '';
});

test('a chord is two keys, one after the other', () => {
  fireEvent.keyDown(document.body, { key: 's' });
  expect(go).not.toHaveBeenCalled();
  fireEvent.keyDown(document.body, { key: 'g' });
  fireEvent.keyDown(document.body, { key: 's' });
  expect(go).toHaveBeenCalledOnce();
  fireEvent.keyDown(document.body, { key: 's' });
  expect(go).toHaveBeenCalledOnce();
});

test('single keys do nothing while one types; Ctrl does', () => {
  const box = document.body.appendChild(document.createElement('input'));
  fireEvent.keyDown(box, { key: 'g' });
  fireEvent.keyDown(box, { key: 's' });
  expect(go).not.toHaveBeenCalled();
  fireEvent.keyDown(box, { key: 'K', ctrlKey: true });
  expect(find).toHaveBeenCalledOnce();
});

test('single keys do nothing in a dialog, and can be turned off', () => {
  document.body.innerHTML = '<div role="dialog"><button></button></div>';
  const inside = document.querySelector('button') ?? document.body;
  fireEvent.keyDown(inside, { key: 'g' });
  fireEvent.keyDown(inside, { key: 's' });
  document.body.innerHTML = '';
  turnSingleKeys(false);
  fireEvent.keyDown(document.body, { key: 'g' });
  fireEvent.keyDown(document.body, { key: 's' });
  expect(go).not.toHaveBeenCalled();
});

test('keys are named as on the keyboard', () => {
  expect(keyCaps('mod+k')).toEqual(['Ctrl', 'K']);
  expect(keyCaps('g s')).toEqual(['G', 'S']);
});

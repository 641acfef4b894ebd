// What is typed becomes one question, not one for each letter.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { Filters } from './Filters';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the last word counts, after a pause', () => {
  const onChange = vi.fn();
  render(<Filters filters={[{ kind: 'text', label: 'Schema', value: undefined, onChange }]} />);
  const box = screen.getByRole('searchbox', { name: 'Schema' });
  for (const value of ['o', 'oa', 'oak ']) fireEvent.change(box, { target: { value } });
  expect(box).toHaveValue('oak ');
  expect(onChange).not.toHaveBeenCalled();
  act(() => vi.advanceTimersByTime(300));
  expect(onChange).toHaveBeenCalledExactlyOnceWith('oak');
});

test('a choice that is not in the list any more is still shown', () => {
  render(
    <Filters
      filters={[
        { kind: 'choice', label: 'Kind', value: 'new_kind', choices: [], onChange: vi.fn() },
      ]}
    />,
  );
  expect(screen.getByRole('combobox', { name: 'Kind' })).toHaveValue('new_kind');
});

// A mistake in one region leaves the others alone.
import { expect, test, vi } from 'vitest';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { RegionBoundary } from './RegionBoundary';

let isBroken = true;

function Fragile() {
  if (isBroken) throw new Error('a number was a text');
  return <p>All is shown.</p>;
}

test('a region that breaks says so, keeps its neighbours, and can be tried again', async () => {
  const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  render(
    <>
      <RegionBoundary region="Storage">
        <Fragile />
      </RegionBoundary>
      <p>The neighbour.</p>
    </>,
  );
  expect(screen.getByRole('alert')).toHaveTextContent('Storage cannot be shown');
  expect(screen.getByRole('alert')).toHaveTextContent('a number was a text');
  expect(screen.getByText('The neighbour.')).toBeInTheDocument();
  isBroken = false;
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(screen.getByText('All is shown.')).toBeInTheDocument();
  silenced.mockRestore();
});

// The four faces of a list.
import { expect, test, vi } from 'vitest';
import { QueryClient, QueryClientProvider, useInfiniteQuery } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FleetError } from '@tenantry/react/client';
import { Listing } from './Listing';

interface Row {
  id: string;
}

interface PageOfRows {
  items: Row[];
  total: number;
  nextCursor?: string;
}

function Rows({
  read,
  onClear,
}: {
  read: (cursor: string) => Promise<PageOfRows>;
  onClear?: () => void;
}) {
  const query = useInfiniteQuery({
    queryKey: ['rows'],
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  });
  return (
    <Listing
      label="Rows"
      query={query}
      columns={[{ name: 'Id', cell: (row) => row.id }]}
      keyOf={(row) => row.id}
      empty={{ title: 'No rows yet', description: 'Make one.' }}
      onClear={onClear}
    />
  );
}

function show(element: React.ReactNode) {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(<QueryClientProvider client={cache}>{element}</QueryClientProvider>);
}

test('on its way, then rows, and how many of how many', async () => {
  const read = vi.fn((cursor: string) =>
    Promise.resolve(
      cursor === ''
        ? { items: [{ id: 'one' }], total: 2, nextCursor: 'next' }
        : { items: [{ id: 'two' }], total: 2 },
    ),
  );
  show(<Rows read={read} />);
  expect(screen.getByRole('status', { name: 'Rows: on its way' })).toBeInTheDocument();
  expect(await screen.findByText('Showing 1 of 2')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Show more' }));
  expect(await screen.findByText('Showing 2 of 2')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Show more' })).not.toBeInTheDocument();
  expect(read).toHaveBeenCalledTimes(2);
});

test('empty for the first time', async () => {
  show(<Rows read={() => Promise.resolve({ items: [], total: 0 })} />);
  expect(await screen.findByText('No rows yet')).toBeInTheDocument();
});

test('nothing that fits, with a way on', async () => {
  const onClear = vi.fn();
  show(<Rows read={() => Promise.resolve({ items: [], total: 0 })} onClear={onClear} />);
  await userEvent.click(await screen.findByRole('button', { name: 'Clear filters' }));
  expect(onClear).toHaveBeenCalledOnce();
});

test('a failure shows cause, request and a way on', async () => {
  const problem = new FleetError({
    status: 503,
    code: 'unavailable',
    title: 'Not now',
    detail: 'The control database does not answer.',
    requestId: 'req-17',
  });
  const read = vi.fn<() => Promise<PageOfRows>>().mockRejectedValueOnce(problem);
  show(<Rows read={read} />);
  expect(await screen.findByText('The control database does not answer.')).toBeInTheDocument();
  expect(screen.getByText(/req-17/)).toBeInTheDocument();
  read.mockResolvedValueOnce({ items: [{ id: 'one' }], total: 1 });
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('one')).toBeInTheDocument();
});

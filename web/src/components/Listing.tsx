// A list that comes in pages, with its four faces: on its way, failed, empty for the first time, and nothing that
// fits. It says how many of how many are shown.
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button, EmptyState, ErrorState, Skeleton } from '@tenantry/react/ui';
import { formatCount } from '@/lib/words';
import { DataTable, type Column } from './DataTable';

interface PageOf<Row> {
  items: Row[];
  total?: number;
  nextCursor?: string | null;
}

interface ListingProps<Row> {
  label: string;
  query: UseInfiniteQueryResult<InfiniteData<PageOf<Row>>>;
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
  /** What is said while there has never been any. */
  empty: { title: string; description: ReactNode; action?: ReactNode };
  /** Takes the filters away; absent where there are none. */
  onClear?: (() => void) | undefined;
}

export function Listing<Row>({ label, query, columns, keyOf, empty, onClear }: ListingProps<Row>) {
  if (query.isPending) return <RowSkeletons label={label} />;
  if (query.isError && !query.data) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  const pages = query.data.pages;
  const rows = pages.flatMap((page) => page.items);
  if (rows.length === 0) {
    if (onClear) {
      return (
        <EmptyState
          title="Nothing fits these filters"
          description="Other filters may show what you look for."
          action={
            <Button variant="secondary" onClick={onClear}>
              Clear filters
            </Button>
          }
        />
      );
    }
    return <EmptyState {...empty} />;
  }
  const total = pages.at(-1)?.total;
  return (
    <>
      <div aria-busy={query.isFetching}>
        <DataTable label={label} rows={rows} columns={columns} keyOf={keyOf} />
      </div>
      <footer className="flex flex-wrap items-center justify-between gap-3 border-t px-4 py-2.5 text-xs text-muted-foreground">
        <span role="status">
          {total === undefined
            ? `Showing ${formatCount(rows.length)}${query.hasNextPage ? ', there are more' : ', which is all'}`
            : `Showing ${formatCount(rows.length)} of ${total >= 10_000 ? 'more than ' : ''}${formatCount(total)}`}
        </span>
        {query.hasNextPage && (
          <Button
            variant="secondary"
            size="sm"
            pending={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        )}
      </footer>
    </>
  );
}

export function RowSkeletons({ label, rows = 8 }: { label: string; rows?: number }) {
  return (
    <div role="status" aria-label={`${label}: on its way`} className="divide-y border-t">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex h-10 items-center gap-6 px-4">
          <Skeleton className="h-3.5 w-40" />
          <Skeleton className="h-3.5 w-24" />
          <Skeleton className="ms-auto h-3.5 w-20" />
        </div>
      ))}
    </div>
  );
}

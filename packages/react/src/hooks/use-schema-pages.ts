'use client';
// A long list read a page at a time: what is on the screen is asked for, the rest is not there.
import { useQueries, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { FleetClient, FleetError, SchemaRow, SchemaRowList } from '../client/index.js';
import { useFleet } from '../fleet/context.js';
import { PAGE_SIZE, type SchemaFilters, type SchemaSort } from '../queries/filters.js';
import { schemaPageOptions } from '../queries/options.js';

export interface SchemaPages {
  /** How many rows there are in all. */
  total: number;
  /** A row by its place; undefined while it is not there. */
  getRow: (index: number) => SchemaRow | undefined;
  /** Says which rows are wanted, the last one included. */
  ensureRange: (first: number, last: number) => void;
  /** The rows that are there, in their order. */
  schemas: SchemaRow[];
  status: 'pending' | 'error' | 'success';
  error: FleetError | null;
  /** Something is read, behind rows that are there. */
  isRefreshing: boolean;
  /** The rows are those of the list before, while this one is read. */
  isPrevious: boolean;
  refetch: () => void;
}

/** A list: what it is narrowed to, its order, and which pages of it are wanted. */
interface Wanted {
  filters: SchemaFilters;
  sort: SchemaSort;
  first: number;
  last: number;
}

/** Rows that are read beyond those that are on the screen. */
const MARGIN = 40;

export function useSchemaPages(filters: SchemaFilters, sort: SchemaSort): SchemaPages {
  const { client } = useFleet();
  const queries = useQueryClient();
  const [list, setList] = useState<{ wanted: Wanted; before: Wanted | null }>(() => ({
    wanted: { filters, sort, first: 0, last: 0 },
    before: null,
  }));
  let { wanted, before } = list;
  if (wanted.sort !== sort || wanted.filters !== filters) {
    // Where the list before was not there yet, the one before that still is on the screen.
    const hadRows = pagesOf(client, wanted).some((page) => queries.getQueryData(page.queryKey));
    before = hadRows ? wanted : before;
    wanted = { filters, sort, first: 0, last: 0 };
    setList({ wanted, before });
  }

  const asked = useMemo(() => pagesOf(client, wanted), [client, wanted]);
  const combine = useCallback(
    (results: UseQueryResult<SchemaRowList>[]) => combined(results, wanted.first),
    [wanted.first],
  );
  const current = useQueries({ queries: asked, combine });
  const hasRows = current.pages.some((page) => page !== null);
  // How long this list is stays known where it was jumped to rows that are not there yet.
  const [length, setLength] = useState<{
    filters: SchemaFilters;
    sort: SchemaSort;
    total: number;
  }>();
  const isOfThis = length?.filters === filters && length.sort === sort;
  if (hasRows && !(isOfThis && length.total === current.total)) {
    setLength({ filters, sort, total: current.total });
  }
  const jumpedIn = !hasRows && isOfThis ? length.total : null;
  const view = useMemo(() => {
    if (jumpedIn !== null) return { ...current, total: jumpedIn };
    if (hasRows || before === null) return current;
    const pages = pagesOf(client, before).map(
      (page) => queries.getQueryData(page.queryKey) ?? null,
    );
    return { ...current, first: before.first, pages, total: pages.find(Boolean)?.total ?? 0 };
  }, [before, client, current, hasRows, jumpedIn, queries]);

  const getRow = useCallback(
    (index: number) => {
      const page = Math.floor(index / PAGE_SIZE);
      return view.pages[page - view.first]?.items[index - page * PAGE_SIZE];
    },
    [view],
  );
  const ensureRange = useCallback((first: number, last: number) => {
    const firstPage = Math.floor(Math.max(0, first - MARGIN) / PAGE_SIZE);
    const lastPage = Math.floor(Math.max(0, last + MARGIN) / PAGE_SIZE);
    setList((now) => {
      if (now.wanted.first === firstPage && now.wanted.last === lastPage) return now;
      return { ...now, wanted: { ...now.wanted, first: firstPage, last: lastPage } };
    });
  }, []);
  const refetch = useCallback(() => {
    for (const page of asked) void queries.refetchQueries({ queryKey: page.queryKey, exact: true });
  }, [asked, queries]);

  const schemas = useMemo(() => view.pages.flatMap((page) => page?.items ?? []), [view.pages]);
  const { error, isFetching } = current;
  const isThere = hasRows || jumpedIn !== null;
  const isPrevious = !isThere && view.pages.some((page) => page !== null);
  const status =
    !isThere && error !== null ? 'error' : isThere || isPrevious ? 'success' : 'pending';
  const { total } = view;
  return useMemo(
    () => ({
      total,
      getRow,
      ensureRange,
      schemas,
      status,
      error,
      isRefreshing: isFetching && status === 'success',
      isPrevious,
      refetch,
    }),
    [ensureRange, error, getRow, isFetching, isPrevious, refetch, schemas, status, total],
  );
}

function pagesOf(client: FleetClient, { filters, sort, first, last }: Wanted) {
  return Array.from({ length: last - first + 1 }, (_, page) =>
    schemaPageOptions(client, filters, sort, first + page),
  );
}

function combined(results: UseQueryResult<SchemaRowList>[], first: number) {
  const newest = results.reduce<UseQueryResult<SchemaRowList> | null>(
    (best, each) =>
      each.data !== undefined && each.dataUpdatedAt >= (best?.dataUpdatedAt ?? 0) ? each : best,
    null,
  );
  return {
    first,
    pages: results.map((result) => result.data ?? null),
    total: newest?.data?.total ?? 0,
    error: (results.find((result) => result.error !== null)?.error ?? null) as FleetError | null,
    isFetching: results.some((result) => result.isFetching),
  };
}

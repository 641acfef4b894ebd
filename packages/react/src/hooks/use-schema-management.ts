'use client';
// Everything that a list of institutions needs: rows, filters, order, selection, and what can be done.
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { Facets, FleetError, SchemaRow } from '../client/index.js';
import { useFleet } from '../fleet/context.js';
import { normalFilters, type SchemaFilters, type SchemaSort } from '../queries/filters.js';
import { facetsOptions } from '../queries/options.js';
import { type Bulk, useBulk } from './use-bulk.js';
import { useArrivals, useConnection } from './use-live.js';
import { type SchemaActions, useSchemaActions } from './use-schema-actions.js';
import { useSchemaPages } from './use-schema-pages.js';
import { type Selection, useSelection } from './use-selection.js';

export interface SchemaManagementOptions {
  /** What the list is narrowed to, where the host keeps it (in the URL, say). */
  filters?: SchemaFilters;
  onFiltersChange?: (filters: SchemaFilters) => void;
  sort?: SchemaSort;
  onSortChange?: (sort: SchemaSort) => void;
}

export interface SchemaManagementState extends SchemaActions {
  /** The rows that are there, in their order; `getRow` has them by their place in the whole list. */
  schemas: SchemaRow[];
  total: number;
  getRow: (index: number) => SchemaRow | undefined;
  ensureRange: (first: number, last: number) => void;
  facets: Facets | undefined;
  status: 'pending' | 'error' | 'success';
  error: FleetError | null;
  isRefreshing: boolean;
  /** The rows are those of the list before, while another one is read. */
  isPrevious: boolean;
  /** Changes arrive as they happen. */
  isLive: boolean;
  filters: SchemaFilters;
  setFilters: (filters: SchemaFilters) => void;
  sort: SchemaSort;
  setSort: (sort: SchemaSort) => void;
  selection: Selection;
  bulk: Bulk;
  /** Institutions that came or went since the list was read. */
  arrivals: number;
  /** Reads the list again, with those. */
  refresh: () => void;
  refetch: () => void;
}

const NO_FILTERS: SchemaFilters = {};

/** The state of a list of institutions. It stays the same object between renders that change nothing of it. */
export function useSchemaManagement(options: SchemaManagementOptions = {}): SchemaManagementState {
  const { client, sync } = useFleet();
  const [filters, setFilters] = useHeld(options.filters, options.onFiltersChange, NO_FILTERS);
  const [sort, setSort] = useHeld<SchemaSort>(options.sort, options.onSortChange, 'name');
  const text = JSON.stringify(normalFilters(filters));
  const stable = useMemo(() => JSON.parse(text) as SchemaFilters, [text]);

  const pages = useSchemaPages(stable, sort);
  const selection = useSelection(pages.total, text);
  const facets = useQuery(facetsOptions(client)).data;
  const actions = useSchemaActions();
  const bulk = useBulk();
  const arrivals = useArrivals();
  const isLive = useConnection().state === 'live';
  const refresh = useCallback(() => void sync.refreshLists(), [sync]);

  return useMemo(
    () => ({
      ...actions,
      ...pages,
      facets,
      isLive,
      filters: stable,
      setFilters,
      sort,
      setSort,
      selection,
      bulk,
      arrivals,
      refresh,
    }),
    [
      actions,
      arrivals,
      bulk,
      facets,
      isLive,
      pages,
      refresh,
      selection,
      setFilters,
      setSort,
      sort,
      stable,
    ],
  );
}

/** A value that the host holds if it gives one, and that is held here otherwise. */
function useHeld<T>(
  given: T | undefined,
  onChange: ((value: T) => void) | undefined,
  otherwise: T,
): [T, (value: T) => void] {
  const [own, setOwn] = useState(given ?? otherwise);
  const set = useCallback(
    (value: T) => {
      setOwn(value);
      onChange?.(value);
    },
    [onChange],
  );
  return [given ?? own, set];
}

// The columns of the table of institutions: their order, their widths, and which of them the server sorts by.
import type { SchemaSort, SchemaSortField } from '../../queries/filters.js';

export interface Column {
  key: 'name' | 'state' | 'storage' | 'version' | 'backup' | 'activity';
  title: string;
  /** What the server sorts by. */
  sort?: SchemaSortField;
  /** The largest first, when it is chosen anew. */
  descends?: boolean;
  /** Only where there is room for it. */
  wide?: boolean;
}

export const COLUMNS: Column[] = [
  { key: 'name', title: 'Institution', sort: 'name' },
  { key: 'state', title: 'State', sort: 'state' },
  { key: 'storage', title: 'Storage', sort: 'usage', descends: true },
  { key: 'version', title: 'Version', wide: true },
  { key: 'backup', title: 'Last backup', sort: 'backup', descends: true },
  { key: 'activity', title: 'Activity', sort: 'activity', descends: true, wide: true },
];

/** The row is one grid for header and body; two columns appear when there is room. */
export const ROW_GRID =
  'tenantry:grid tenantry:grid-cols-[2rem_minmax(9rem,2fr)_minmax(7.5rem,1fr)_minmax(9rem,1.2fr)_minmax(7rem,1fr)_2rem] tenantry:items-center tenantry:gap-x-3 tenantry:px-3 tenantry:@5xl:grid-cols-[2rem_minmax(12rem,2.4fr)_minmax(8.5rem,1fr)_minmax(10rem,1.3fr)_5rem_minmax(8rem,1fr)_minmax(6rem,0.8fr)_2rem]';

export const WIDE_ONLY = 'tenantry:hidden tenantry:@5xl:flex';

/** What `aria-sort` says of a column. */
export function ariaSort(
  column: Column,
  sort: SchemaSort,
): 'ascending' | 'descending' | 'none' | undefined {
  if (column.sort === undefined) return undefined;
  if (sort === column.sort) return 'ascending';
  return sort === `-${column.sort}` ? 'descending' : 'none';
}

/** The order after a click on a column. */
export function nextSort(column: Column & { sort: SchemaSortField }, sort: SchemaSort): SchemaSort {
  const up: SchemaSort = column.sort;
  const down: SchemaSort = `-${column.sort}`;
  if (sort === up) return down;
  if (sort === down) return up;
  return column.descends === true ? down : up;
}

/** Orders by name, for where there are no columns to click on. */
export const SORTS: { sort: SchemaSort; title: string }[] = [
  { sort: 'name', title: 'Name, A to Z' },
  { sort: '-name', title: 'Name, Z to A' },
  { sort: '-usage', title: 'Largest first' },
  { sort: 'usage', title: 'Smallest first' },
  { sort: '-createdAt', title: 'Newest first' },
  { sort: 'createdAt', title: 'Oldest first' },
  { sort: '-updatedAt', title: 'Changed last' },
];

/** The height of a row of the table, and of a card. */
export const ROW_HEIGHT = 48;
export const CARD_HEIGHT = 116;

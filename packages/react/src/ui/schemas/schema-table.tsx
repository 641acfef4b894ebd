'use client';
// The table of institutions: only the rows on the screen exist. Tab leads to one row; j, k and the arrows move
// from row to row, x chooses, Enter opens. An ARIA table on plain elements, because a browser's own table cannot
// leave out rows.
import { type Range, defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import type { SchemaRow } from '../../client/index.js';
import type { SchemaManagementState } from '../../hooks/use-schema-management.js';
import { Checkbox } from '../primitives/field.js';
import {
  ariaSort,
  CARD_HEIGHT,
  type Column,
  COLUMNS,
  nextSort,
  ROW_GRID,
  ROW_HEIGHT,
  WIDE_ONLY,
} from './columns.js';
import { MissingRow, TableRow } from './table-row.js';

export interface SchemaTableProps {
  management: SchemaManagementState;
  /** As cards, where there is no room for a table. */
  cards: boolean;
  onOpen: ((schema: SchemaRow) => void) | undefined;
  onMenu: (schema: SchemaRow, button: HTMLElement) => void;
  /** Single keys (j, k, x) while a row has the focus. */
  shortcuts: boolean;
}

/** Browsers do not scroll further than some tens of millions of pixels. */
export const MOST_ROWS = 400_000;

/** Before it is measured, and on a server. */
const FIRST_LOOK = { width: 1024, height: 640 };

export function SchemaTable({ management, cards, onOpen, onMenu, shortcuts }: SchemaTableProps) {
  const { getRow, ensureRange, filters, sort, selection } = management;
  const count = Math.min(management.total, MOST_ROWS);
  const height = cards ? CARD_HEIGHT : ROW_HEIGHT;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 6,
    initialRect: FIRST_LOOK,
    // The row with the focus stays, however far the list is scrolled.
    rangeExtractor: useCallback((range: Range) => withRow(range, active), [active]),
  });
  const items = virtual.getVirtualItems();
  const { startIndex = 0, endIndex = 0 } = virtual.range ?? {};

  useEffect(() => ensureRange(startIndex, endIndex), [endIndex, ensureRange, startIndex]);
  useLayoutEffect(() => virtual.measure(), [height, virtual]);
  useEffect(() => {
    virtual.scrollToOffset(0);
    setActive(0);
  }, [filters, sort, virtual]);

  // The row that is to get the focus may come into being only by becoming the active one, or by being read.
  const toFocus = useRef<number | null>(null);
  useEffect(() => {
    if (toFocus.current === null) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${toFocus.current}"]`);
    if (row === null || row === undefined) return;
    toFocus.current = null;
    row.focus({ preventScroll: true });
  });

  const toggle = useToggle(getRow, selection);
  const focusRow = (index: number) => {
    const target = Math.min(Math.max(index, 0), count - 1);
    toFocus.current = target;
    setActive(target);
    virtual.scrollToIndex(target);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onRow = event.target instanceof Element && event.target.getAttribute('role') === 'row';
    const move = MOVES[event.key];
    if (move !== undefined && (shortcuts || event.key.length > 1)) {
      event.preventDefault();
      focusRow(move(active, count, Math.max(1, endIndex - startIndex)));
    } else if (event.key === 'x' && shortcuts) {
      toggle(active, false);
    } else if (event.key === 'Enter' && onRow) {
      const row = getRow(active);
      if (row !== undefined) onOpen?.(row);
    } else if (event.key === 'Escape' && selection.count > 0) {
      selection.clear();
    }
  };

  return (
    <div
      role="table"
      aria-label="Institutions"
      aria-rowcount={management.total + 1}
      aria-busy={management.isRefreshing}
      className="tenantry:flex tenantry:min-h-0 tenantry:flex-1 tenantry:flex-col"
    >
      {!cards && <Header management={management} />}
      <div
        ref={scroller}
        role="rowgroup"
        onKeyDown={onKeyDown}
        className="tenantry:min-h-0 tenantry:flex-1 tenantry:overflow-y-auto tenantry:overscroll-contain"
      >
        <div
          role="presentation"
          style={{ height: virtual.getTotalSize() }}
          className="tenantry:relative"
        >
          {items.map(({ index, start }) => {
            const schema = getRow(index);
            if (schema === undefined) {
              return (
                <MissingRow key={`missing-${index}`} start={start} height={height} card={cards} />
              );
            }
            return (
              <TableRow
                key={schema.id}
                schema={schema}
                index={index}
                start={start}
                height={height}
                card={cards}
                selected={selection.has(schema.name)}
                active={index === active}
                onActivate={setActive}
                onToggle={toggle}
                onOpen={onOpen}
                onMenu={onMenu}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function withRow(range: Range, row: number): number[] {
  const rows = defaultRangeExtractor(range);
  if (row >= range.count || rows.includes(row)) return rows;
  return [...rows, row].toSorted((one, other) => one - other);
}

const MOVES: Record<string, (row: number, count: number, page: number) => number> = {
  ArrowDown: (row) => row + 1,
  ArrowUp: (row) => row - 1,
  j: (row) => row + 1,
  k: (row) => row - 1,
  PageDown: (row, _count, page) => row + page,
  PageUp: (row, _count, page) => row - page,
  Home: () => 0,
  End: (_row, count) => count - 1,
};

/** Chooses a row, or with Shift all from the one that was chosen last. It stays the same function. */
function useToggle(
  getRow: SchemaManagementState['getRow'],
  selection: SchemaManagementState['selection'],
): (index: number, range: boolean) => void {
  const latest = useRef({ getRow, selection, anchor: 0 });
  useLayoutEffect(() => {
    latest.current = { ...latest.current, getRow, selection };
  });
  return useCallback((index: number, range: boolean) => {
    const { getRow: rowAt, selection: chosen, anchor } = latest.current;
    const row = rowAt(index);
    if (row === undefined) return;
    if (range) {
      const [from, to] = anchor < index ? [anchor, index] : [index, anchor];
      const rows = Array.from({ length: to - from + 1 }, (_, step) => rowAt(from + step)?.name);
      chosen.set(
        rows.filter((name) => name !== undefined),
        !chosen.has(row.name),
      );
    } else {
      chosen.toggle(row.name);
    }
    latest.current.anchor = index;
  }, []);
}

function Header({ management }: { management: SchemaManagementState }) {
  const { selection, total, schemas } = management;
  const every = selection.count > 0 && selection.count === total;
  const toggleAll = () => {
    if (selection.count > 0) selection.clear();
    else
      selection.set(
        schemas.map((schema) => schema.name),
        true,
      );
  };
  return (
    <div role="rowgroup" className="tenantry:border-b tenantry:border-border">
      <div
        role="row"
        aria-rowindex={1}
        className={clsx(ROW_GRID, 'tenantry:h-9 tenantry:text-xs tenantry:text-muted-foreground')}
      >
        <div role="columnheader" className="tenantry:flex">
          <Checkbox
            aria-label={selection.count > 0 ? 'Choose none' : 'Choose all rows that are loaded'}
            checked={every}
            indeterminate={selection.count > 0 && !every}
            onChange={toggleAll}
          />
        </div>
        {COLUMNS.map((column) => (
          <HeaderCell key={column.key} column={column} management={management} />
        ))}
        <div role="columnheader">
          <span className="tenantry:sr-only">Actions</span>
        </div>
      </div>
    </div>
  );
}

function HeaderCell({ column, management }: { column: Column; management: SchemaManagementState }) {
  const sorted = ariaSort(column, management.sort);
  const { sort } = column;
  const Arrow = sorted === 'descending' ? ArrowDown : ArrowUp;
  return (
    <div
      role="columnheader"
      aria-sort={sorted}
      className={clsx('tenantry:min-w-0', column.wide === true ? WIDE_ONLY : 'tenantry:flex')}
    >
      {sort === undefined ? (
        <span className="tenantry:truncate">{column.title}</span>
      ) : (
        <button
          type="button"
          onClick={() => management.setSort(nextSort({ ...column, sort }, management.sort))}
          className="tenantry:-mx-1 tenantry:flex tenantry:h-6 tenantry:cursor-pointer tenantry:items-center tenantry:gap-1 tenantry:rounded-sm tenantry:px-1 tenantry:outline-none tenantry:hover:text-foreground tenantry:focus-visible:ring-2 tenantry:focus-visible:ring-ring"
        >
          {column.title}
          <Arrow
            aria-hidden
            className={clsx('tenantry:size-3', sorted === 'none' && 'tenantry:opacity-0')}
          />
        </button>
      )}
    </div>
  );
}

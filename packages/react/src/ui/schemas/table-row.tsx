'use client';
// One institution in the table, or as a card. It renders again only when it has changed, is chosen, takes the
// focus, or something is done to it.
import { clsx } from 'clsx';
import { MoreHorizontal } from 'lucide-react';
import { memo, type MouseEvent } from 'react';
import type { SchemaRow } from '../../client/index.js';
import { useFleet } from '../../fleet/context.js';
import { useSchemaOperation } from '../../hooks/use-live.js';
import { IconButton } from '../primitives/button.js';
import { Checkbox } from '../primitives/field.js';
import { RelativeTime } from '../primitives/relative-time.js';
import { Skeleton } from '../primitives/skeleton.js';
import { StorageBar } from '../primitives/storage-bar.js';
import { ROW_GRID, WIDE_ONLY } from './columns.js';
import { LastBackup, SchemaCondition, SchemaNames, SchemaVersion } from './schema-facts.js';

export interface TableRowProps {
  schema: SchemaRow;
  index: number;
  /** Where it stands, in pixels from the top. */
  start: number;
  height: number;
  /** As a card, where there is no room for a table. */
  card: boolean;
  selected: boolean;
  /** It is the one that the Tab key leads to. */
  active: boolean;
  onActivate: (index: number) => void;
  onToggle: (index: number, range: boolean) => void;
  onOpen: ((schema: SchemaRow) => void) | undefined;
  onMenu: (schema: SchemaRow, button: HTMLElement) => void;
}

const LINE = 'tenantry:min-w-0 tenantry:items-center';
const CELL = clsx(LINE, 'tenantry:flex');

/** Clicks on these are not a wish to open the row. */
const CONTROLS = 'button, input, a, label';

export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { schema, index, start, height, card, selected, active, onActivate, onOpen } = props;
  const open = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest(CONTROLS) !== null) return;
    onOpen?.(schema);
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-index={index}
      tabIndex={active ? 0 : -1}
      onFocus={() => onActivate(index)}
      onClick={open}
      style={{ height, transform: `translateY(${start}px)` }}
      className={clsx(
        'tenantry:absolute tenantry:inset-x-0 tenantry:top-0 tenantry:border-b tenantry:border-border tenantry:text-sm tenantry:outline-none',
        'tenantry:focus-visible:ring-2 tenantry:focus-visible:ring-ring tenantry:focus-visible:ring-inset tenantry:forced-colors:focus-visible:outline-2 tenantry:forced-colors:focus-visible:-outline-offset-2',
        selected ? 'tenantry:bg-primary/6' : 'tenantry:hover:bg-muted/60',
        onOpen !== undefined && 'tenantry:cursor-pointer',
        card ? 'tenantry:flex tenantry:gap-2 tenantry:px-3 tenantry:py-2.5' : ROW_GRID,
      )}
    >
      <SchemaCells {...props} />
    </div>
  );
});

/** What stands in a row. */
export function SchemaCells(props: TableRowProps) {
  const operation = useSchemaOperation(props.schema.id, props.schema.name);
  const { locale } = useFleet();
  const { schema } = props;
  const condition = <SchemaCondition schema={schema} operation={operation} />;
  const storage = (
    <StorageBar
      bytes={schema.usageBytes}
      quota={schema.quotaBytes}
      level={schema.quotaLevel}
      locale={locale}
      className="tenantry:w-full"
    />
  );
  if (props.card) {
    return (
      <>
        <ChooseCell {...props} />
        <div
          role="cell"
          className="tenantry:flex tenantry:min-w-0 tenantry:flex-1 tenantry:flex-col tenantry:gap-1.5"
        >
          <SchemaNames schema={schema} />
          <div className="tenantry:flex tenantry:min-w-0 tenantry:flex-wrap tenantry:items-center tenantry:gap-x-3 tenantry:overflow-hidden tenantry:text-xs">
            {condition}
            <LastBackup backup={schema.backup} />
          </div>
          {storage}
        </div>
        <MenuCell {...props} />
      </>
    );
  }
  return (
    <>
      <ChooseCell {...props} />
      <div role="cell" className={CELL}>
        <SchemaNames schema={schema} />
      </div>
      <div role="cell" className={CELL}>
        {condition}
      </div>
      <div role="cell" className={CELL}>
        {storage}
      </div>
      <div role="cell" className={clsx(LINE, WIDE_ONLY, 'tenantry:tabular-nums')}>
        <SchemaVersion schema={schema} />
      </div>
      <div role="cell" className={CELL}>
        <LastBackup backup={schema.backup} />
      </div>
      <div role="cell" className={clsx(LINE, WIDE_ONLY, 'tenantry:text-muted-foreground')}>
        <RelativeTime at={schema.lastActivityAt} className="tenantry:truncate" />
      </div>
      <MenuCell {...props} />
    </>
  );
}

function ChooseCell({ schema, index, selected, active, onToggle }: TableRowProps) {
  return (
    <div role="cell" className={CELL}>
      <Checkbox
        aria-label={`Choose ${schema.name}`}
        checked={selected}
        tabIndex={active ? 0 : -1}
        // The click tells whether Shift is held; a change of the box always comes with one.
        onClick={(event) => onToggle(index, event.shiftKey)}
        onChange={() => undefined}
      />
    </div>
  );
}

function MenuCell({ schema, active, onMenu }: TableRowProps) {
  return (
    <div role="cell" className={CELL}>
      <IconButton
        label={`Actions for ${schema.name}`}
        size="icon-sm"
        aria-haspopup="menu"
        tabIndex={active ? 0 : -1}
        onClick={(event) => onMenu(schema, event.currentTarget)}
      >
        <MoreHorizontal aria-hidden />
      </IconButton>
    </div>
  );
}

/** A row that is not there yet. */
export function MissingRow({
  start,
  height,
  card,
}: {
  start: number;
  height: number;
  card: boolean;
}) {
  return (
    <div
      aria-hidden
      style={{ height, transform: `translateY(${start}px)` }}
      className={clsx(
        'tenantry:absolute tenantry:inset-x-0 tenantry:top-0 tenantry:border-b tenantry:border-border',
        card
          ? 'tenantry:flex tenantry:flex-col tenantry:justify-center tenantry:gap-2 tenantry:px-3'
          : ROW_GRID,
      )}
    >
      {!card && <span />}
      <Skeleton className="tenantry:h-4 tenantry:w-3/5" />
      <Skeleton className="tenantry:h-4 tenantry:w-20" />
      <Skeleton className="tenantry:h-4 tenantry:w-full" />
    </div>
  );
}

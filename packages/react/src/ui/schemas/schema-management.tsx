'use client';
// The list of institutions, whole: search, filters, rows, what can be done to one and to many.
import { clsx } from 'clsx';
import { Building2, SearchX, TriangleAlert } from 'lucide-react';
import { type ReactNode, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { OperationBody, SchemaRow } from '../../client/index.js';
import { refusalOf, useFleet } from '../../fleet/context.js';
import {
  type SchemaManagementOptions,
  type SchemaManagementState,
  useSchemaManagement,
} from '../../hooks/use-schema-management.js';
import { useSettled } from '../../hooks/use-settled.js';
import { isEmptyFilter } from '../../queries/filters.js';
import { numberFormat } from '../../values/formats.js';
import { Button } from '../primitives/button.js';
import { EmptyState } from '../primitives/empty-state.js';
import { ErrorState } from '../primitives/error-state.js';
import { BulkBar } from './bulk-bar.js';
import { CARD_HEIGHT, ROW_HEIGHT } from './columns.js';
import { CreateSheet } from './create-sheet.js';
import { FleetOperations } from './fleet-operations.js';
import { QuotaDialog } from './quota-dialog.js';
import { type QuestionVerb, SchemaQuestion } from './questions.js';
import { RestoreSheet } from './restore-sheet.js';
import { RowMenu } from './row-menu.js';
import { MissingRow } from './table-row.js';
import { MOST_ROWS, SchemaTable } from './schema-table.js';
import { SchemaToolbar } from './schema-toolbar.js';

export interface SchemaManagementProps extends SchemaManagementOptions {
  /** What opening a row does, such as going to its page. */
  onOpen?: (schema: SchemaRow) => void;
  /** What Restore does, where the host has a page for it; a sheet opens otherwise. */
  onRestore?: (schema: SchemaRow) => void;
  onCreated?: (operation: OperationBody) => void;
  /** Whether the sheet for a new institution is open, where the host keeps it (in the URL, say). */
  creating?: boolean;
  onCreatingChange?: (creating: boolean) => void;
  /** Single keys (j, k, x) while a row has the focus. */
  shortcuts?: boolean;
  /** The search box, for a host that has a key for it. */
  searchRef?: RefObject<HTMLInputElement | null>;
  className?: string;
}

/** Narrower than this, rows are cards. */
const CARDS_BELOW = 640;

export function SchemaManagement(props: SchemaManagementProps) {
  const { onOpen, onRestore, onCreated, shortcuts = true, searchRef, className } = props;
  const management = useSchemaManagement(props);
  const { can } = useFleet();
  const [root, cards] = useNarrow();
  const [ownCreating, setOwnCreating] = useState(false);
  const ownSearch = useRef<HTMLInputElement>(null);
  const dialogs = useDialogs();
  const creating = props.creating ?? ownCreating;
  const setCreating = (open: boolean) => {
    setOwnCreating(open);
    props.onCreatingChange?.(open);
  };
  const openMenu = dialogs.openMenu;

  return (
    <section
      ref={root}
      aria-label="Institutions"
      className={clsx(
        'tenantry tenantry:@container tenantry:flex tenantry:h-full tenantry:min-h-96 tenantry:flex-col tenantry:overflow-hidden tenantry:rounded-lg tenantry:border tenantry:border-border tenantry:bg-background tenantry:text-sm tenantry:text-foreground',
        className,
      )}
    >
      <SchemaToolbar
        management={management}
        onCreate={() => setCreating(true)}
        createRefusal={refusalOf(can('create'))}
        search={searchRef ?? ownSearch}
      />
      <BulkBar management={management} />
      <FleetOperations />
      <RefreshBar on={management.isRefreshing} />
      <StaleBar management={management} />
      <Content management={management} cards={cards} onCreate={() => setCreating(true)}>
        <SchemaTable
          management={management}
          cards={cards}
          onOpen={onOpen}
          onMenu={openMenu}
          shortcuts={shortcuts}
        />
      </Content>
      <Footer management={management} />
      <CreateSheet
        open={creating}
        onOpenChange={setCreating}
        action={management.create}
        {...(onCreated === undefined ? {} : { onCreated })}
      />
      <RowMenu
        target={dialogs.menu}
        onClose={dialogs.closeMenu}
        actions={management}
        onOpen={onOpen}
        onAsk={dialogs.ask}
        onRestore={onRestore ?? dialogs.restore}
        onQuota={dialogs.editQuota}
      />
      <SchemaQuestion
        asked={dialogs.question}
        actions={management}
        onClose={dialogs.close}
        returnTo={dialogs.returnTo}
      />
      <QuotaDialog
        schema={dialogs.quotaOf}
        action={management.setQuota}
        onClose={dialogs.close}
        returnTo={dialogs.returnTo}
      />
      <RestoreSheet
        schema={dialogs.restoreOf}
        action={management.restore}
        onClose={dialogs.close}
        returnTo={dialogs.returnTo}
      />
    </section>
  );
}

interface Dialogs {
  question: { verb: QuestionVerb; schema: SchemaRow } | null;
  quotaOf: SchemaRow | null;
  restoreOf: SchemaRow | null;
}

const NO_DIALOG: Dialogs = { question: null, quotaOf: null, restoreOf: null };

/** Which menu and which dialog is open, and where the focus goes when it closes. */
function useDialogs() {
  const [menu, setMenu] = useState<{ schema: SchemaRow; button: HTMLElement } | null>(null);
  const [dialogs, setDialogs] = useState(NO_DIALOG);
  const opener = useRef<HTMLElement | null>(null);
  const openMenu = useCallback((schema: SchemaRow, button: HTMLElement) => {
    opener.current = button;
    setMenu({ schema, button });
  }, []);
  return {
    menu,
    openMenu,
    closeMenu: () => setMenu(null),
    ...dialogs,
    ask: (verb: QuestionVerb, schema: SchemaRow) =>
      setDialogs({ ...NO_DIALOG, question: { verb, schema } }),
    editQuota: (schema: SchemaRow) => setDialogs({ ...NO_DIALOG, quotaOf: schema }),
    restore: (schema: SchemaRow) => setDialogs({ ...NO_DIALOG, restoreOf: schema }),
    close: () => setDialogs(NO_DIALOG),
    // The row may be gone by then; its place in the table is then the next best.
    returnTo: () =>
      opener.current?.isConnected === true
        ? opener.current
        : document.querySelector<HTMLElement>('[role="row"][tabindex="0"]'),
  };
}

function useNarrow(): [RefObject<HTMLElement | null>, boolean] {
  const root = useRef<HTMLElement>(null);
  const [narrow, setNarrow] = useState(false);
  useEffect(() => {
    const element = root.current;
    if (element === null || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setNarrow(entry.contentRect.width < CARDS_BELOW);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [root, narrow];
}

interface ContentProps {
  management: SchemaManagementState;
  cards: boolean;
  onCreate: () => void;
  children: ReactNode;
}

/** The table, or what stands in its place: loading, an error, nothing yet, nothing that matches. */
function Content({ management, cards, onCreate, children }: ContentProps) {
  const { status, total, filters, setFilters, error, refetch, isPrevious } = management;
  if (status === 'pending') return <Loading cards={cards} />;
  if (status === 'error') {
    return (
      <ErrorState error={error} title="The institutions could not be read" onRetry={refetch} />
    );
  }
  if (total > 0 || isPrevious) return children;
  if (!isEmptyFilter(filters)) {
    return (
      <EmptyState
        icon={SearchX}
        title="No institution matches"
        description="Nothing bears that name in the chosen states."
        action={<Button onClick={() => setFilters({})}>Clear filters</Button>}
        className="tenantry:flex-1"
      />
    );
  }
  return (
    <EmptyState
      icon={Building2}
      title="No institutions yet"
      description="Each gets a schema and a role of its own in the database. It takes milliseconds."
      action={
        <Button variant="primary" onClick={onCreate}>
          Create institution
        </Button>
      }
      className="tenantry:flex-1"
    />
  );
}

/** As high as the table will be, so that nothing moves; drawn only when it takes longer. */
function Loading({ cards }: { cards: boolean }) {
  const shown = useSettled(true);
  const height = cards ? CARD_HEIGHT : ROW_HEIGHT;
  return (
    <div
      role="status"
      className="tenantry:relative tenantry:min-h-0 tenantry:flex-1 tenantry:overflow-hidden"
    >
      <span className="tenantry:sr-only">Loading institutions</span>
      {shown &&
        Array.from({ length: 12 }, (_, row) => (
          <MissingRow key={row} start={row * height} height={height} card={cards} />
        ))}
    </div>
  );
}

/** The rows are there, but reading them again did not work. */
function StaleBar({ management }: { management: SchemaManagementState }) {
  const { status, error, refetch, isRefreshing } = management;
  if (status !== 'success' || error === null) return null;
  return (
    <div
      role="status"
      className="tenantry:flex tenantry:flex-wrap tenantry:items-center tenantry:gap-3 tenantry:border-b tenantry:border-border tenantry:bg-warning/8 tenantry:px-3 tenantry:py-1.5 tenantry:text-sm"
    >
      <TriangleAlert aria-hidden className="tenantry:size-4 tenantry:text-warning" />
      <span className="tenantry:min-w-0 tenantry:flex-1">
        These rows may be old: {error.detail}
        {error.requestId !== undefined && ` (request ${error.requestId})`}
      </span>
      <Button size="sm" onClick={refetch} pending={isRefreshing}>
        Try again
      </Button>
    </div>
  );
}

function RefreshBar({ on }: { on: boolean }) {
  const shown = useSettled(on);
  return (
    <div aria-hidden className="tenantry:relative tenantry:h-0">
      {shown && (
        <div className="tenantry:absolute tenantry:inset-x-0 tenantry:top-0 tenantry:z-10 tenantry:h-0.5 tenantry:animate-pulse tenantry:bg-primary" />
      )}
    </div>
  );
}

function Footer({ management }: { management: SchemaManagementState }) {
  const { locale } = useFleet();
  const { total, status, isPrevious } = management;
  const number = numberFormat(locale);
  const words =
    status === 'success' && !isPrevious
      ? `${number.format(total)} ${total === 1 ? 'institution' : 'institutions'}`
      : '';
  return (
    <div className="tenantry:flex tenantry:min-h-8 tenantry:items-center tenantry:justify-between tenantry:gap-4 tenantry:border-t tenantry:border-border tenantry:px-3 tenantry:text-xs tenantry:text-muted-foreground tenantry:tabular-nums">
      <span role="status">{words}</span>
      {total > MOST_ROWS && (
        <span>
          Showing {number.format(MOST_ROWS)} of {number.format(total)}; search to find the others.
        </span>
      )}
    </div>
  );
}

'use client';
// The same thing done to many schemas: one operation of the server's, which goes on whatever happens to this page,
// with one below it for each schema.
import { useCallback, useMemo } from 'react';
import type {
  BulkAction,
  BulkPreview,
  BulkRequestBody,
  FleetError,
  OperationBody,
} from '../client/index.js';
import { type Fleet, useFleet } from '../fleet/context.js';
import { newKey, noticeOfRefusal, submit } from '../live/submit.js';
import { bulkFilter, type SchemaFilters, schemaQuery } from '../queries/filters.js';
import { operationWords } from '../values/operation-words.js';
import { type Action, useAction } from './use-action.js';
import type { Selection } from './use-selection.js';

/** What is done to which schemas; `confirm` is what the preview wants to be typed. */
export type BulkRequest = Omit<BulkRequestBody, 'dryRun'>;

/** Which schemas: by name, or by what they have in common. */
export type BulkTargets = Pick<BulkRequestBody, 'names' | 'filter'>;

export interface Bulk {
  /** What a selection stands for. */
  targetsOf: (selection: Selection, filters: SchemaFilters) => Promise<BulkTargets>;
  /** What it would be about: how many, the first names, how large, and what confirms it. */
  preview: (action: BulkAction, targets: BulkTargets) => Promise<BulkPreview>;
  change: Action<BulkRequest>;
}

const ROWS_AT_ONCE = 500;
const MOST_NAMES = 10_000;

/** The kind of the operation that each schema gets. */
const KIND_OF: Record<BulkAction, string> = {
  backup: 'backup_schema',
  suspend: 'suspend_schema',
  resume: 'resume_schema',
  drop: 'drop_schema',
  undrop: 'undrop_schema',
};

const KIND = 'change_schemas';

export function useBulk(): Bulk {
  const fleet = useFleet();
  const targetsOf = useCallback(
    (selection: Selection, filters: SchemaFilters) => findTargets(fleet, selection, filters),
    [fleet],
  );
  const preview = useCallback(
    async (action: BulkAction, targets: BulkTargets) => {
      const answer = await fleet.client.changeSchemas({
        body: { action, ...targets, dryRun: true },
        headers: { 'Idempotency-Key': newKey() },
      });
      return answer as BulkPreview;
    },
    [fleet],
  );
  const run = useCallback((request: BulkRequest) => changeMany(fleet, request), [fleet]);
  const refused = useCallback(
    (_: BulkRequest, error: FleetError) =>
      fleet.notify.error(noticeOfRefusal({ kind: KIND, schema: null }, error)),
    [fleet],
  );
  const change = useAction(run, refused);
  return useMemo(() => ({ targetsOf, preview, change }), [change, preview, targetsOf]);
}

async function findTargets(
  fleet: Fleet,
  selection: Selection,
  filters: SchemaFilters,
): Promise<BulkTargets> {
  if (!selection.all) return { names: [...selection.names] };
  if (selection.names.size === 0) return { filter: bulkFilter(filters) };
  // All but some: the server knows no such filter, so the others are named.
  const names: string[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { ...schemaQuery(filters), sort: 'name', limit: ROWS_AT_ONCE };
    const page = await fleet.client.listSchemaRows({
      query: cursor ? { ...query, cursor } : query,
    });
    names.push(...page.items.map((row) => row.name).filter((name) => selection.has(name)));
    cursor = page.nextCursor;
  } while (cursor && names.length <= MOST_NAMES);
  if (names.length > MOST_NAMES) {
    throw new Error(
      'More than 10,000 are chosen with some left out. Narrow the list, or leave none out.',
    );
  }
  return { names };
}

function changeMany(fleet: Fleet, request: BulkRequest): Promise<OperationBody> {
  return submit(fleet, {
    kind: KIND,
    schema: null,
    quiet: true,
    send: async (headers) => {
      const answer = await fleet.client.changeSchemas({ body: request, headers });
      return answer as OperationBody;
    },
    settled: ({ id }) => void tellResult(fleet, id, request),
  });
}

interface BulkResult {
  institutions?: number;
  done?: number;
  failed?: number;
  cancelled?: number;
}

/** One notice for all of them, with their numbers. */
async function tellResult(fleet: Fleet, id: string, request: BulkRequest): Promise<void> {
  const operation = await fleet.client.showOperation({ path: { id } }).catch(() => null);
  const {
    institutions = 0,
    done = 0,
    failed = 0,
    cancelled = 0,
  } = (operation?.result ?? {}) as BulkResult;
  const title = `${operationWords(KIND_OF[request.action]).done}: ${done} of ${institutions}`;
  const { names } = request;
  const undo = () => void changeMany(fleet, { action: 'undrop', names: names ?? null });
  const action =
    request.action === 'drop' && done > 0 && names ? { action: { label: 'Undo', run: undo } } : {};
  if (operation?.state === 'succeeded' && failed === 0) {
    fleet.notify.success({ title, ...action });
    return;
  }
  const parts = [
    failed > 0 ? `${failed} failed.` : '',
    cancelled > 0 ? `${cancelled} cancelled.` : '',
    'The operation has the details.',
  ];
  fleet.notify.error({ title, description: parts.filter(Boolean).join(' '), ...action });
}

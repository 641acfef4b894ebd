'use client';
// The same thing done to many schemas: an operation for each, a few asked for at a time, counted together.
import { useCallback, useMemo, useRef, useState } from 'react';
import type { OperationBody, SchemaBody } from '../client/index.js';
import { type Fleet, useFleet } from '../fleet/context.js';
import {
  backUp,
  dropSchema,
  resumeSchema,
  suspendSchema,
  undropSchema,
} from '../live/schema-requests.js';
import type { RunningOperation } from '../live/running-operations.js';
import { type SchemaFilters, schemaQuery } from '../queries/filters.js';
import { operationWords } from '../values/operation-words.js';
import { ruleAgainst } from '../values/schema-rules.js';
import type { Selection } from './use-selection.js';

export type BulkVerb = 'backup' | 'suspend' | 'resume' | 'drop' | 'undrop';

/** A schema that a bulk action is about: as much of it as is needed. */
export interface BulkTarget {
  name: string;
  bytes: number;
  /** Why it cannot be done to this one; it is left out then. */
  against: string | undefined;
}

export interface BulkProgress {
  verb: BulkVerb;
  total: number;
  /** Accepted by the server; these go on whatever happens to this page. */
  accepted: number;
  refused: number;
  done: number;
  failed: number;
  stopping: boolean;
}

export interface Bulk {
  /** What is under way; null when nothing is. */
  progress: BulkProgress | null;
  /** Finds out what a selection stands for. */
  targets: (verb: BulkVerb, selection: Selection, filters: SchemaFilters) => Promise<BulkTarget[]>;
  /** Does it to each; resolves when all have come to their end. */
  run: (verb: BulkVerb, names: string[]) => Promise<BulkProgress>;
  /** Asks for no further ones. Those that were accepted go on. */
  stop: () => void;
}

const AT_ONCE = 4;
const ROWS_AT_ONCE = 500;

type Manner = { quiet: true; settled: (operation: RunningOperation) => void };
type Ask = (fleet: Fleet, name: string, manner: Manner) => Promise<OperationBody>;

const VERBS: Record<BulkVerb, { kind: string; ask: Ask }> = {
  backup: { kind: 'backup_schema', ask: (fleet, name, manner) => backUp(fleet, { name }, manner) },
  suspend: {
    kind: 'suspend_schema',
    ask: (fleet, name, manner) => suspendSchema(fleet, { name }, manner),
  },
  resume: {
    kind: 'resume_schema',
    ask: (fleet, name, manner) => resumeSchema(fleet, { name }, manner),
  },
  drop: {
    kind: 'drop_schema',
    ask: (fleet, name, manner) => dropSchema(fleet, { name, confirm: name }, manner),
  },
  undrop: {
    kind: 'undrop_schema',
    ask: (fleet, name, manner) => undropSchema(fleet, { name }, manner),
  },
};

export function useBulk(): Bulk {
  const fleet = useFleet();
  const [progress, setProgress] = useState<BulkProgress | null>(null);
  const stopping = useRef(false);

  const targets = useCallback(
    (verb: BulkVerb, selection: Selection, filters: SchemaFilters) =>
      findTargets(fleet, verb, selection, filters),
    [fleet],
  );
  const run = useCallback(
    async (verb: BulkVerb, names: string[]) => {
      stopping.current = false;
      const end = await runBulk(fleet, verb, names, () => stopping.current, setProgress);
      setProgress(null);
      tell(fleet, end);
      return end;
    },
    [fleet],
  );
  const stop = useCallback(() => {
    stopping.current = true;
    setProgress((now) => now && { ...now, stopping: true });
  }, []);
  return useMemo(() => ({ progress, targets, run, stop }), [progress, run, stop, targets]);
}

async function findTargets(
  fleet: Fleet,
  verb: BulkVerb,
  selection: Selection,
  filters: SchemaFilters,
): Promise<BulkTarget[]> {
  const found: BulkTarget[] = [];
  let cursor: string | undefined;
  do {
    const query = { ...schemaQuery(filters), sort: 'name', limit: ROWS_AT_ONCE };
    const page = await fleet.client.listSchemas({
      query: cursor === undefined ? query : { ...query, cursor },
    });
    for (const row of page.items) {
      if (selection.has(row.name)) found.push(targetOf(row, verb));
    }
    cursor = page.nextCursor ?? undefined;
    // The chosen ones may all have been found before the last page.
  } while (cursor !== undefined && (selection.all || found.length < selection.count));
  return found;
}

function targetOf(row: SchemaBody, verb: BulkVerb): BulkTarget {
  return { name: row.name, bytes: row.usage.bytes ?? 0, against: ruleAgainst(row, verb) };
}

async function runBulk(
  fleet: Fleet,
  verb: BulkVerb,
  names: string[],
  stopped: () => boolean,
  report: (progress: BulkProgress) => void,
): Promise<BulkProgress> {
  const { ask } = VERBS[verb];
  let progress: BulkProgress = {
    verb,
    total: names.length,
    accepted: 0,
    refused: 0,
    done: 0,
    failed: 0,
    stopping: false,
  };
  const add = (what: 'accepted' | 'refused' | 'done' | 'failed') => {
    progress = { ...progress, [what]: progress[what] + 1, stopping: stopped() };
    report(progress);
  };
  report(progress);
  const endings: Promise<void>[] = [];
  const queue = [...names];
  const worker = async () => {
    for (
      let name = queue.shift();
      name !== undefined;
      name = stopped() ? undefined : queue.shift()
    ) {
      const { promise, resolve } = ending();
      const settled = (operation: RunningOperation) => {
        add(operation.state === 'succeeded' ? 'done' : 'failed');
        resolve();
      };
      try {
        await ask(fleet, name, { quiet: true, settled });
        add('accepted');
        endings.push(promise);
      } catch {
        add('refused');
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await Promise.all(endings);
  return progress;
}

function ending(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function tell(fleet: Fleet, end: BulkProgress): void {
  const words = operationWords(VERBS[end.verb].kind);
  const unasked = end.total - end.accepted - end.refused;
  const parts = [
    end.failed > 0 ? `${end.failed} failed` : '',
    end.refused > 0 ? `${end.refused} not accepted` : '',
    unasked > 0 ? `${unasked} not asked for` : '',
  ].filter((part) => part !== '');
  const title = `${words.done}: ${end.done} of ${end.total}`;
  if (parts.length === 0) fleet.notify.success({ title });
  else
    fleet.notify.error({ title, description: `${parts.join(', ')}. Operations has the details.` });
}

// Follows the events into the cache: rows change where they stand, what an event does not tell is read again,
// and what is not on the screen is only marked as old.
import type { Query, QueryClient, QueryKey } from '@tanstack/react-query';
import type {
  FleetClient,
  SchemaBody,
  SchemaRow,
  SchemaRowList,
  SchemaState,
} from '../client/index.js';
import { rowOf } from '../values/schema-row.js';
import { type FleetKeys, fleetKeys } from '../queries/keys.js';
import { schemaOptions } from '../queries/options.js';
import type { FleetEvent, LiveListener } from './connection.js';
import type { RunningOperations } from './running-operations.js';

/** A schema that events spoke of. */
interface ChangedSchema {
  name: string | undefined;
  state: SchemaState | undefined;
  finished: Set<string>;
  /** More changed than the events told. */
  reread: boolean;
}

/** With more changed rows on the screen than this, the pages are read again instead of the rows. */
const ROWS_AT_ONCE = 12;
const BETWEEN_READS = 1000;
const MEMBERSHIP = new Set(['create_schema', 'adopt_schema', 'release_schema']);

/** Which rooms of the cache an event makes old, by the beginning of its type. */
const ROOMS: [begins: string, rooms: string[]][] = [
  ['backup.', ['backups', 'drills']],
  ['template.', ['templates']],
  ['schedule.', ['schedules']],
  ['quota.', ['usage', 'findings']],
  ['plan.', ['plans']],
  ['database.', ['findings']],
  ['operation.finished', ['audit']],
  ['operation.queued', ['audit']],
];

export class CacheSync implements LiveListener {
  readonly #client: FleetClient;
  readonly #queries: QueryClient;
  readonly #running: RunningOperations;
  readonly #keys: FleetKeys;
  readonly #resting = new Set<string>();
  readonly #again = new Map<string, () => void>();
  readonly #toRead = new Map<string, string>();
  readonly #watchers = new Set<() => void>();
  #arrived = new Set<string>();
  #arrivals = 0;

  constructor(client: FleetClient, queries: QueryClient, running: RunningOperations) {
    this.#client = client;
    this.#queries = queries;
    this.#running = running;
    this.#keys = fleetKeys(client);
  }

  /** Institutions that came or went since the lists were read: they are not moved under the pointer. */
  readonly arrivals = (): number => this.#arrivals;

  readonly watchArrivals = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Reads the lists again, with whatever came. */
  async refreshLists(): Promise<void> {
    this.#arrived = new Set();
    this.#tellArrivals();
    await Promise.all([
      this.#queries.invalidateQueries({ queryKey: this.#keys.schemaPages }),
      this.#queries.invalidateQueries({ queryKey: this.#keys.facets }),
    ]);
  }

  onEvents(events: FleetEvent[]): void {
    this.#running.apply(events);
    this.#patchRows(changedSchemas(events));
    for (const event of events) this.#age(event);
    this.#tellArrivals();
  }

  onResync(): void {
    this.#arrived = new Set();
    this.#tellArrivals();
    void this.#queries.invalidateQueries({ queryKey: this.#keys.all });
    void this.readRunning();
  }

  /** Asks what is under way; what had to be awaited and is not any more has ended meanwhile. */
  async readRunning(): Promise<void> {
    try {
      const { items } = await this.#client.listOperations({
        query: { state: 'queued,running,waiting', limit: 500 },
      });
      const missed = this.#running.replaceAll(items);
      for (const id of missed.slice(0, 50)) {
        this.#running.learn(await this.#client.showOperation({ path: { id } }));
      }
    } catch {
      // The connection says that the server cannot be reached; the next resync asks again.
    }
  }

  /** Writes a schema that was read into every list that shows it. */
  putSchema(schema: SchemaBody): void {
    this.#queries.setQueryData(this.#keys.schema(schema.name), schema);
    this.#eachPage((items) =>
      items.map((row) => (row.id === schema.id ? rowOf(schema, row) : row)),
    );
  }

  #patchRows(changed: Map<string, ChangedSchema>): void {
    if (changed.size === 0) return;
    const shown = new Map<string, string>();
    this.#eachPage((items, query) =>
      items.map((row) => {
        const change = changed.get(row.id);
        if (change === undefined) return row;
        if (query.isActive() && change.reread) shown.set(row.id, row.name);
        return patched(row, change);
      }),
    );
    for (const { name, reread } of changed.values()) {
      if (name === undefined || !reread) continue;
      const query = this.#queries.getQueryCache().find({ queryKey: this.#keys.schema(name) });
      if (query?.isActive() === true) shown.set(name, name);
      else if (query !== undefined) query.invalidate();
    }
    for (const [id, name] of shown) this.#toRead.set(id, name);
    if (shown.size > 0) this.#paced('rows', () => this.#readRows());
  }

  #eachPage(change: (items: SchemaRow[], query: Query) => SchemaRow[]): void {
    const pages = this.#queries.getQueryCache().findAll({ queryKey: this.#keys.schemaPages });
    for (const query of pages) {
      const page = query.state.data as SchemaRowList | undefined;
      if (page === undefined) continue;
      const items = change(page.items, query);
      if (items.every((row, index) => row === page.items[index])) continue;
      this.#queries.setQueryData(
        query.queryKey,
        { ...page, items },
        { updatedAt: query.state.dataUpdatedAt },
      );
    }
  }

  #readRows(): void {
    const names = new Set(this.#toRead.values());
    this.#toRead.clear();
    if (names.size > ROWS_AT_ONCE) {
      void this.#queries.invalidateQueries({ queryKey: this.#keys.schemas });
      return;
    }
    for (const name of names) {
      this.#queries
        .fetchQuery({ ...schemaOptions(this.#client, name), staleTime: 0 })
        .then((schema) => this.putSchema(schema))
        .catch(() => {
          // It is gone, or cannot be read; the row stays as it is until the list is read again.
        });
    }
  }

  #age(event: FleetEvent): void {
    const { type, operationId } = event;
    if (type === 'schema.changed') this.#invalidate(this.#keys.facets);
    if (type.startsWith('operation.')) {
      if (operationId !== null) this.#invalidate(this.#keys.operation(operationId), 250);
      if (type !== 'operation.progressed') this.#invalidate(this.#keys.operationLists);
      const kind = event.data.kind;
      const began = type === 'operation.queued' && typeof kind === 'string' && MEMBERSHIP.has(kind);
      if (began && operationId !== null) this.#arrived.add(operationId);
    }
    for (const [begins, rooms] of ROOMS) {
      if (!type.startsWith(begins)) continue;
      for (const room of rooms) this.#invalidate(this.#keys.room(room));
    }
  }

  #invalidate(queryKey: QueryKey, wait = BETWEEN_READS): void {
    const invalidate = () => void this.#queries.invalidateQueries({ queryKey });
    this.#paced(JSON.stringify(queryKey), invalidate, wait);
  }

  /** Does it at once, and however often it is asked for, no sooner than `wait` later again. */
  #paced(what: string, act: () => void, wait = BETWEEN_READS): void {
    if (this.#resting.has(what)) {
      this.#again.set(what, act);
      return;
    }
    act();
    this.#resting.add(what);
    setTimeout(() => {
      this.#resting.delete(what);
      const again = this.#again.get(what);
      this.#again.delete(what);
      if (again !== undefined) this.#paced(what, again, wait);
    }, wait);
  }

  #tellArrivals(): void {
    if (this.#arrivals === this.#arrived.size) return;
    this.#arrivals = this.#arrived.size;
    for (const watcher of this.#watchers) watcher();
  }
}

function changedSchemas(events: FleetEvent[]): Map<string, ChangedSchema> {
  const changed = new Map<string, ChangedSchema>();
  for (const event of events) {
    const { schemaId, type, data } = event;
    if (schemaId === null || type === 'operation.progressed') continue;
    const change = changed.get(schemaId) ?? {
      name: undefined,
      state: undefined,
      finished: new Set<string>(),
      reread: false,
    };
    const name = data.name ?? data.schema;
    if (typeof name === 'string') change.name = name;
    if (type === 'schema.changed' && typeof data.state === 'string') {
      change.state = data.state as SchemaState;
    }
    if (type === 'operation.finished' && event.operationId !== null) {
      change.finished.add(event.operationId);
    }
    if (!type.startsWith('operation.') || type === 'operation.finished') change.reread = true;
    changed.set(schemaId, change);
  }
  return changed;
}

function patched(row: SchemaRow, change: ChangedSchema): SchemaRow {
  const state = change.state ?? row.state;
  const ended = row.operation != null && change.finished.has(row.operation.id);
  if (state === row.state && !ended) return row;
  return { ...row, state, operation: ended ? null : (row.operation ?? null) };
}

// A server in memory, behind a `fetch`: enough of Tenantry for components and hooks to run against in tests and
// on pages that show them. Operations end by themselves after a while, or when a test says so.
import {
  type BulkPreview,
  type BulkRequestBody,
  createFleetClient,
  type FleetClient,
  type OperationBody,
  type OperationState,
  type ProblemBody,
  type SchemaBody,
  type SchemaRow,
  type SchemaState,
} from '../client/index.js';
import { rowOf } from '../values/schema-row.js';
import { stateAllows } from '../values/schema-rules.js';
import { FakeEvents } from './fake-events.js';
import { fleetFixture, operationFixture, schemaFixture } from './fixtures.js';

export interface FakeFleetOptions {
  /** The schemas, or how many there are. */
  schemas?: SchemaBody[] | number;
  /** After how many milliseconds an operation ends; null if a test ends it with `finish`. */
  operationMs?: number | null;
  /** Sees every request first; what it answers with is the answer. */
  before?: (request: Request) => Response | undefined | Promise<Response | undefined>;
}

export const FAKE_URL = 'http://tenantry.test';

/** What an operation makes of its schema's state, while it runs and when it has succeeded. */
const OUTCOMES: Record<string, SchemaState | undefined> = {
  create_schema: 'active',
  suspend_schema: 'suspended',
  resume_schema: 'active',
  drop_schema: 'archived',
  undrop_schema: 'active',
  purge_schema: 'purged',
};

export class FakeFleet {
  readonly schemas: SchemaBody[];
  readonly operations: OperationBody[] = [];
  readonly events = new FakeEvents();
  /** Every request that came, as `POST /api/admin/backups`. */
  readonly requests: string[] = [];
  /** Sees every request first; what it answers with is the answer. */
  before: FakeFleetOptions['before'];
  readonly #operationMs: number | null;
  readonly #keys = new Map<string, string>();

  constructor(options: FakeFleetOptions = {}) {
    const { schemas = 12, operationMs = 600 } = options;
    this.schemas = typeof schemas === 'number' ? fleetFixture(schemas) : [...schemas];
    this.#operationMs = operationMs;
    this.before = options.before;
  }

  /** A client of this server. */
  client(): FleetClient {
    return createFleetClient({ baseUrl: FAKE_URL, fetch: this.fetch });
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = input instanceof Request ? input : new Request(input, init);
    const url = new URL(request.url);
    this.requests.push(`${request.method} ${url.pathname}${url.search}`);
    const early = await this.before?.(request);
    if (early !== undefined) return early;
    const path = url.pathname.replace('/api/admin/', '').split('/').map(decodeURIComponent);
    return this.#answer(request, path, url.searchParams);
  };

  /** Changes a schema as the server would, and tells it. */
  change(name: string, change: Partial<SchemaBody>): void {
    const schema = this.#find(name);
    if (schema === undefined) return;
    this.#put({ ...schema, ...change, version: `${schema.version}+` });
  }

  /** Ends an operation, and tells it. */
  finish(id: string, state: OperationState = 'succeeded', message = 'It did not work.'): void {
    const at = this.operations.findIndex((operation) => operation.id === id);
    const operation = this.operations[at];
    if (operation === undefined || operation.finishedAt !== undefined) return;
    const error = state === 'succeeded' ? null : { code: 'database_refused', message };
    const finishedAt = new Date().toISOString();
    this.operations[at] = { ...operation, state, error, finishedAt };
    const schema = this.schemas.find((each) => each.id === operation.schemaId);
    const data = { kind: operation.kind, schema: operation.schema, state, error };
    if (schema !== undefined) {
      const outcome = state === 'succeeded' ? OUTCOMES[operation.kind] : undefined;
      this.#put({ ...schema, state: outcome ?? schema.state, activeOperation: null });
    }
    const schemaId = operation.schemaId ?? undefined;
    this.events.emit('operation.finished', {
      operationId: id,
      data,
      ...(schemaId === undefined ? {} : { schemaId }),
    });
  }

  #answer(request: Request, path: string[], query: URLSearchParams): Response | Promise<Response> {
    const [room, name, deeper] = path;
    if (room === 'events') return this.events.answer(request);
    if (room === 'whoami') {
      return json({ name: 'tester', role: 'admin', expiresAt: '2030-01-01T00:00:00Z' });
    }
    if (room === 'plans' || room === 'templates') return json({ items: [], total: 0 });
    if (room === 'operations') return this.#answerOperation(request, name, deeper, query);
    if (room === 'backups') {
      return request.method === 'POST'
        ? this.#submit(request, 'backup_schema')
        : json({ items: [], total: 0, nextCursor: null });
    }
    if (room !== 'schemas') return problem(404, 'not_found', 'There is nothing at this path.');
    if (name === 'facets') return this.#facets();
    if (name === 'rows') return this.#list(query, (schema) => this.#row(schema));
    if (name === 'bulk') return this.#changeMany(request);
    if (name === undefined) {
      return request.method === 'POST'
        ? this.#submit(request, 'create_schema')
        : this.#list(query, (schema) => schema);
    }
    return this.#answerSchema(request, name);
  }

  async #answerSchema(request: Request, name: string): Promise<Response> {
    const schema = this.#find(name);
    if (schema === undefined) {
      return problem(404, 'schema_not_found', `There is no institution ${name}.`);
    }
    if (request.method === 'GET') return json(schema);
    if (request.method === 'DELETE') return this.#submit(request, 'drop_schema', name);
    const body = (await request.clone().json()) as { action?: string; quotaBytes?: number | null };
    if (body.action !== undefined) return this.#submit(request, `${body.action}_schema`, name);
    const { quotaBytes, ...attributes } = body;
    const quota = quotaBytes === undefined ? schema.quota : { ...schema.quota, bytes: quotaBytes };
    this.change(name, { ...attributes, quota });
    return json(this.#find(name));
  }

  #answerOperation(
    request: Request,
    id: string | undefined,
    action: string | undefined,
    query: URLSearchParams,
  ): Response {
    if (id === undefined) {
      const states = query.get('state')?.split(',');
      const items = this.operations
        .filter((operation) => states === undefined || states.includes(operation.state))
        .toReversed();
      return json({ items, total: items.length, nextCursor: null });
    }
    const at = this.operations.findIndex((each) => each.id === id);
    const operation = this.operations[at];
    if (operation === undefined) {
      return problem(404, 'operation_not_found', 'There is no such operation.');
    }
    if (request.method === 'GET') return json(operation);
    if (action === 'cancel') this.finish(id, 'cancelled', 'Somebody asked for it.');
    if (action === 'retry') {
      const { finishedAt: _, ...again } = operation;
      this.operations[at] = { ...again, state: 'queued', error: null };
      this.#finishLater(id);
    }
    return json(this.operations[at], 202);
  }

  async #submit(request: Request, kind: string, named?: string): Promise<Response> {
    const key = request.headers.get('idempotency-key');
    const known = this.operations.find((each) => each.id === this.#keys.get(key ?? ''));
    if (known !== undefined) return json(known, 202);
    const body = (await request.json().catch(() => ({}))) as Record<string, string | undefined>;
    const name = named ?? body.schema ?? body.name;
    if (kind === 'drop_schema' && body.confirm !== name) {
      return problem(422, 'confirmation_mismatch', 'Repeat the name of the institution.');
    }
    if (kind === 'create_schema' && name !== undefined) {
      if (this.#find(name) !== undefined) {
        return problem(409, 'schema_exists', `There is an institution ${name} already.`);
      }
      const displayName = body.displayName ?? name;
      const made = schemaFixture(this.schemas.length + 50_000, { name, displayName });
      this.schemas.push({ ...made, state: 'provisioning' });
    }
    const operation = this.#queue(kind, name ?? null);
    if (key !== null) this.#keys.set(key, operation.id);
    this.#finishLater(operation.id);
    return json(operation, 202);
  }

  #finishLater(id: string): void {
    if (this.#operationMs !== null) setTimeout(() => this.finish(id), this.#operationMs);
  }

  /** One operation below the parent for each; the parent ends when the last of them has. */
  async #changeMany(request: Request): Promise<Response> {
    const body = (await request.json()) as BulkRequestBody;
    const query = new URLSearchParams(
      (body.filter?.state ?? []).length > 0 ? { state: (body.filter?.state ?? []).join(',') } : {},
    );
    const found = body.names
      ? this.schemas.filter((schema) => body.names?.includes(schema.name))
      : matching(this.schemas, query);
    const fit = found.filter((schema) => stateAllows(schema.state, body.action));
    const confirm = `${body.action} ${fit.length} ${fit.length === 1 ? 'schema' : 'schemas'}`;
    if (body.dryRun === true) {
      const preview: BulkPreview = {
        action: body.action,
        count: fit.length,
        passedOver: found.length - fit.length,
        names: fit.slice(0, 10).map((schema) => schema.name),
        usageBytes: fit.reduce((sum, schema) => sum + (schema.usage.bytes ?? 0), 0),
        confirm,
      };
      return json(preview);
    }
    if (body.action === 'drop' && body.confirm !== confirm) {
      return problem(422, 'confirmation_mismatch', `Repeat it: ${confirm}.`);
    }
    const parent = this.#queue('change_schemas', null);
    for (const schema of fit) this.finish(this.#queue(`${body.action}_schema`, schema.name).id);
    const result = {
      action: body.action,
      institutions: fit.length,
      done: fit.length,
      failed: 0,
      cancelled: 0,
    };
    this.operations[this.operations.indexOf(parent)] = { ...parent, result };
    this.#finishLater(parent.id);
    return json(parent, 202);
  }

  #queue(kind: string, name: string | null): OperationBody {
    const schema = name === null ? undefined : this.#find(name);
    const operation = operationFixture(this.operations.length + 1, {
      kind,
      schema: name,
      schemaId: schema?.id ?? null,
    });
    this.operations.push(operation);
    if (schema !== undefined) this.#replace({ ...schema, activeOperation: operation.id });
    this.events.emit('operation.queued', {
      operationId: operation.id,
      data: { kind, schema: name, state: 'queued', stepsDone: 0, stepsTotal: 1 },
      ...(schema === undefined ? {} : { schemaId: schema.id }),
    });
    return operation;
  }

  #list(query: URLSearchParams, shape: (schema: SchemaBody) => object): Response {
    const rows = matching(this.schemas, query);
    const offset = Number(query.get('offset') ?? query.get('cursor') ?? 0);
    const limit = Number(query.get('limit') ?? 50);
    const next = offset + limit;
    return json({
      items: rows.slice(offset, next).map(shape),
      total: rows.length,
      nextCursor: next < rows.length ? String(next) : null,
    });
  }

  #row(schema: SchemaBody): SchemaRow {
    const active = this.operations.find((operation) => operation.id === schema.activeOperation);
    if (active === undefined) return rowOf(schema);
    const { id, kind, state, progress } = active;
    return { ...rowOf(schema), operation: { id, kind, state, progress } };
  }

  #facets(): Response {
    const counts = new Map<string, number>();
    for (const { state } of this.schemas) counts.set(state, (counts.get(state) ?? 0) + 1);
    const states = [...counts].map(([state, count]) => ({ state, count }));
    const usageBytes = this.schemas.reduce((sum, each) => sum + (each.usage.bytes ?? 0), 0);
    return json({
      states,
      templates: [],
      plans: [],
      quotaLevels: [],
      withoutBackup: 0,
      staleBackup: 0,
      failing: 0,
      usageBytes,
    });
  }

  #find(name: string): SchemaBody | undefined {
    return this.schemas.find((schema) => schema.name === name);
  }

  #put(schema: SchemaBody): void {
    this.#replace(schema);
    const data = { name: schema.name, state: schema.state };
    this.events.emit('schema.changed', { schemaId: schema.id, data });
  }

  #replace(schema: SchemaBody): void {
    this.schemas[this.schemas.findIndex((each) => each.id === schema.id)] = schema;
  }
}

function matching(schemas: SchemaBody[], query: URLSearchParams): SchemaBody[] {
  const q = query.get('q')?.toLowerCase() ?? '';
  const states = query.get('state')?.split(',');
  const sort = query.get('sort') ?? 'name';
  const field = sort.replace('-', '');
  const keyOf = (schema: SchemaBody): string | number =>
    field === 'usage'
      ? (schema.usage.bytes ?? -1)
      : schema[field as 'name' | 'createdAt' | 'updatedAt'];
  return schemas
    .filter((schema) => {
      const fits = states === undefined ? schema.state !== 'purged' : states.includes(schema.state);
      return fits && `${schema.name} ${schema.displayName}`.toLowerCase().includes(q);
    })
    .toSorted((one, other) => {
      const order = keyOf(one) < keyOf(other) ? -1 : 1;
      return sort.startsWith('-') ? -order : order;
    });
}

function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

/** An answer that refuses, as the server gives it. */
export function problem(status: number, code: ProblemBody['code'], detail: string): Response {
  const body: ProblemBody = {
    type: `urn:tenantry:${code}`,
    title: code,
    status,
    code,
    detail,
    help: 'Try something else.',
    requestId: 'request-1',
  };
  return Response.json(body, { status, headers: { 'Content-Type': 'application/problem+json' } });
}

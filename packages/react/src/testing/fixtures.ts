// Schemas and operations as a server would send them, with what a test does not care about filled in.
import type { OperationBody, SchemaBody, SchemaState } from '../client/index.js';

const BEGAN = Date.UTC(2026, 0, 1);

/** A schema. The number makes its id and its name. */
export function schemaFixture(number: number, change: Partial<SchemaBody> = {}): SchemaBody {
  const name = change.name ?? `school_${String(number).padStart(5, '0')}`;
  const createdAt = new Date(BEGAN + number * 60_000).toISOString();
  return {
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    name,
    schemaName: `inst_${name}`,
    roleName: `inst_${name}_app`,
    displayName: `School ${number}`,
    state: 'active',
    template: 'default',
    templateVersion: 1,
    labels: {},
    plan: null,
    usage: {
      bytes: ((number * 7919) % 4000) * 1024 * 1024,
      measuredAt: createdAt,
      rowEstimate: number * 100,
      writes: number * 1000,
      connections: number % 4,
      lastActivityAt: createdAt,
    },
    quota: { bytes: 4 * 1024 ** 3, source: 'plan', level: 'ok', writesBlockedAt: null },
    activeOperation: null,
    createdAt,
    updatedAt: createdAt,
    contact: {},
    backup: null,
    version: `v${number}`,
    ...change,
  };
}

/** Schemas in many states, as a fleet has them. */
export function fleetFixture(count: number): SchemaBody[] {
  const states: SchemaState[] = ['active', 'active', 'active', 'suspended', 'active', 'archived'];
  return Array.from({ length: count }, (_, number) =>
    schemaFixture(number, { state: states[number % states.length] ?? 'active' }),
  );
}

/** An operation. The number makes its id. */
export function operationFixture(
  number: number,
  change: Partial<OperationBody> = {},
): OperationBody {
  const at = new Date(BEGAN + number * 1000).toISOString();
  return {
    id: `00000000-0000-4000-9000-${String(number).padStart(12, '0')}`,
    kind: 'backup_schema',
    schema: null,
    schemaId: null,
    state: 'queued',
    plan: [],
    steps: [],
    progress: { done: 0, total: 1, current: null, unwinding: false },
    error: null,
    result: null,
    actor: 'tester',
    source: 'http',
    requestId: null,
    attempt: 0,
    leaseUntil: null,
    runAt: at,
    createdAt: at,
    ...change,
  };
}

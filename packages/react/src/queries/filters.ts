// What a list can be narrowed to, and how it is asked for.
import type {
  ListOperationsData,
  ListSchemasData,
  OperationState,
  SchemaState,
} from '../client/index.js';

/** What a list of schemas is narrowed to. An empty one shows all but what was purged. */
export interface SchemaFilters {
  /** A part of the name or display name. */
  q?: string;
  states?: SchemaState[];
  plans?: string[];
  labels?: string[];
}

export type SchemaSortField = 'name' | 'createdAt' | 'updatedAt' | 'usage';

/** The order of a list of schemas: a field, the largest first with `-` in front. */
export type SchemaSort = SchemaSortField | `-${SchemaSortField}`;

/** What a list of operations is narrowed to. */
export interface OperationFilters {
  states?: OperationState[];
  kind?: string;
  schema?: string;
  parent?: string;
  limit?: number;
  offset?: number;
}

/** Rows that are read at once. */
export const PAGE_SIZE = 200;

export function isEmptyFilter(filters: SchemaFilters): boolean {
  return (
    (filters.q ?? '') === '' &&
    (filters.states ?? []).length === 0 &&
    (filters.plans ?? []).length === 0 &&
    (filters.labels ?? []).length === 0
  );
}

/** The filters without what says nothing, so that the same list has the same key. */
export function normalFilters(filters: SchemaFilters): SchemaFilters {
  const normal: SchemaFilters = {};
  const q = filters.q?.trim() ?? '';
  if (q !== '') normal.q = q;
  if (filters.states?.length) normal.states = filters.states.toSorted();
  if (filters.plans?.length) normal.plans = filters.plans.toSorted();
  if (filters.labels?.length) normal.labels = filters.labels.toSorted();
  return normal;
}

export function schemaQuery(filters: SchemaFilters): NonNullable<ListSchemasData['query']> {
  const query: NonNullable<ListSchemasData['query']> = {};
  const normal = normalFilters(filters);
  if (normal.q !== undefined) query.q = normal.q;
  if (normal.states !== undefined) query.state = normal.states.join(',');
  if (normal.plans !== undefined) query.plan = normal.plans.join(',');
  if (normal.labels !== undefined) query.label = normal.labels.join(',');
  return query;
}

export function operationQuery(
  filters: OperationFilters,
): NonNullable<ListOperationsData['query']> {
  const { states, ...rest } = filters;
  return states?.length ? { ...rest, state: states.join(',') } : rest;
}

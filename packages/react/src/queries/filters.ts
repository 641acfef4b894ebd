// What a list can be narrowed to, and how it is asked for.
import type {
  BulkFilter,
  ListOperationsData,
  ListSchemaRowsData,
  OperationState,
  QuotaLevel,
  SchemaState,
} from '../client/index.js';

/** What a list of schemas is narrowed to. An empty one shows all but what was purged. */
export interface SchemaFilters {
  /** A part of the name or display name. */
  q?: string;
  states?: SchemaState[];
  plans?: string[];
  /** Each as `name=value`. */
  labels?: string[];
  quotaLevels?: QuotaLevel[];
  template?: string;
  templateVersion?: number;
  /** `none`: without one; `stale`: the newest is older than 26 hours; `fresh`: it is not. */
  backup?: 'none' | 'stale' | 'fresh';
  /** An operation failed or is stuck, within a week, and none succeeded since. */
  failing?: boolean;
}

export type SchemaSortField =
  | 'name'
  | 'state'
  | 'createdAt'
  | 'updatedAt'
  | 'usage'
  | 'backup'
  | 'activity';

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
  return Object.keys(normalFilters(filters)).length === 0;
}

/** The filters without what says nothing, so that the same list has the same key. */
export function normalFilters(filters: SchemaFilters): SchemaFilters {
  const normal: SchemaFilters = {};
  const q = filters.q?.trim() ?? '';
  if (q !== '') normal.q = q;
  if (filters.states?.length) normal.states = filters.states.toSorted();
  if (filters.plans?.length) normal.plans = filters.plans.toSorted();
  if (filters.labels?.length) normal.labels = filters.labels.toSorted();
  if (filters.quotaLevels?.length) normal.quotaLevels = filters.quotaLevels.toSorted();
  if (filters.template !== undefined) normal.template = filters.template;
  if (filters.templateVersion !== undefined) normal.templateVersion = filters.templateVersion;
  if (filters.backup !== undefined) normal.backup = filters.backup;
  if (filters.failing === true) normal.failing = true;
  return normal;
}

/** The filters as the query of a list. */
export function schemaQuery(filters: SchemaFilters): NonNullable<ListSchemaRowsData['query']> {
  const { states, plans, labels, quotaLevels, ...rest } = normalFilters(filters);
  const query: NonNullable<ListSchemaRowsData['query']> = rest;
  if (states !== undefined) query.state = states.join(',');
  if (plans !== undefined) query.plan = plans.join(',');
  if (labels !== undefined) query.label = labels.join(',');
  if (quotaLevels !== undefined) query.quota = quotaLevels.join(',');
  return query;
}

/** The filters as the body of a bulk change. */
export function bulkFilter(filters: SchemaFilters): BulkFilter {
  const { states, plans, labels, quotaLevels, ...rest } = normalFilters(filters);
  const filter: BulkFilter = rest;
  if (states !== undefined) filter.state = states;
  if (plans !== undefined) filter.plan = plans;
  if (quotaLevels !== undefined) filter.quota = quotaLevels;
  if (labels !== undefined) {
    filter.labels = Object.fromEntries(
      labels.map((label) => {
        const equals = label.indexOf('=');
        return equals < 0 ? [label, ''] : [label.slice(0, equals), label.slice(equals + 1)];
      }),
    );
  }
  return filter;
}

export function operationQuery(
  filters: OperationFilters,
): NonNullable<ListOperationsData['query']> {
  const { states, ...rest } = filters;
  return states?.length ? { ...rest, state: states.join(',') } : rest;
}

// The keys under which answers are cached: all begin with `tenantry` and the server, so that they clash with
// nothing of the host's, and a whole room can be invalidated at once.
import type { FleetClient } from '../client/index.js';
import type { OperationFilters, SchemaFilters, SchemaSort } from './filters.js';

/** The keys of one server. */
export function fleetKeys(client: Pick<FleetClient, 'key'>) {
  const all = ['tenantry', client.key] as const;
  return {
    all,
    /** Everything about schemas. */
    schemas: [...all, 'schemas'] as const,
    /** All pages of all lists of schemas. */
    schemaPages: [...all, 'schemas', 'page'] as const,
    schemaPage: (filters: SchemaFilters, sort: SchemaSort, page: number) =>
      [...all, 'schemas', 'page', filters, sort, page] as const,
    schema: (name: string) => [...all, 'schemas', 'one', name] as const,
    facets: [...all, 'schemas', 'facets'] as const,
    /** Everything about operations. */
    operations: [...all, 'operations'] as const,
    operationLists: [...all, 'operations', 'list'] as const,
    operationList: (filters: OperationFilters) => [...all, 'operations', 'list', filters] as const,
    operation: (id: string) => [...all, 'operations', 'one', id] as const,
    /** Another room of the API: `backups`, `templates`, `plans`, `audit`, … */
    room: (room: string, ...rest: readonly unknown[]) => [...all, room, ...rest] as const,
  };
}

export type FleetKeys = ReturnType<typeof fleetKeys>;

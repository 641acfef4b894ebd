// How each part of the fleet is read, as options for TanStack Query; and reading the first page ahead, on a
// server. Nothing here needs React.
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import type { FleetClient, SchemaBody } from '../client/index.js';
import {
  normalFilters,
  type OperationFilters,
  operationQuery,
  PAGE_SIZE,
  type SchemaFilters,
  schemaQuery,
  type SchemaSort,
} from './filters.js';
import { fleetKeys } from './keys.js';

/** Live events keep what is cached fresh, so it need not be read again for every new look at it. */
const FRESH_FOR = 30_000;

/** A page of a list of schemas; the first is 0. */
export function schemaPageOptions(
  client: FleetClient,
  filters: SchemaFilters = {},
  sort: SchemaSort = 'name',
  page = 0,
) {
  const normal = normalFilters(filters);
  return queryOptions({
    queryKey: fleetKeys(client).schemaPage(normal, sort, page),
    queryFn: ({ signal }) =>
      client.listSchemaRows({
        query: { ...schemaQuery(normal), sort, limit: PAGE_SIZE, offset: page * PAGE_SIZE },
        signal,
      }),
    staleTime: FRESH_FOR,
  });
}

/** One schema. */
export function schemaOptions(client: FleetClient, name: string) {
  return queryOptions({
    queryKey: fleetKeys(client).schema(name),
    queryFn: ({ signal }): Promise<SchemaBody> => client.showSchema({ path: { name }, signal }),
    staleTime: FRESH_FOR,
  });
}

/** How many schemas there are in each state and of each template. */
export function facetsOptions(client: FleetClient) {
  return queryOptions({
    queryKey: fleetKeys(client).facets,
    queryFn: ({ signal }) => client.countSchemas({ signal }),
    staleTime: FRESH_FOR,
  });
}

/** Operations, the newest first. */
export function operationsOptions(client: FleetClient, filters: OperationFilters = {}) {
  return queryOptions({
    queryKey: fleetKeys(client).operationList(filters),
    queryFn: ({ signal }) => client.listOperations({ query: operationQuery(filters), signal }),
    staleTime: FRESH_FOR,
  });
}

/** One operation with its steps. */
export function operationOptions(client: FleetClient, id: string) {
  return queryOptions({
    queryKey: fleetKeys(client).operation(id),
    queryFn: ({ signal }) => client.showOperation({ path: { id }, signal }),
    staleTime: FRESH_FOR,
  });
}

/** The backups of one schema, the newest first. */
export function backupsOptions(client: FleetClient, schema: string, limit = 50) {
  return queryOptions({
    queryKey: fleetKeys(client).room('backups', 'list', schema, limit),
    queryFn: ({ signal }) => client.listBackups({ query: { schema, limit }, signal }),
    staleTime: FRESH_FOR,
  });
}

/** The templates and their versions. */
export function templatesOptions(client: FleetClient) {
  return queryOptions({
    queryKey: fleetKeys(client).room('templates', 'list'),
    queryFn: ({ signal }) => client.listTemplates({ signal }),
    staleTime: FRESH_FOR,
  });
}

/** The plans. */
export function plansOptions(client: FleetClient) {
  return queryOptions({
    queryKey: fleetKeys(client).room('plans', 'list'),
    queryFn: ({ signal }) => client.listPlans({ signal }),
    staleTime: FRESH_FOR,
  });
}

/** Reads the first page of a list ahead, so that its rows are in the HTML. */
export async function prefetchSchemas(
  queryClient: QueryClient,
  client: FleetClient,
  filters: SchemaFilters = {},
  sort: SchemaSort = 'name',
): Promise<void> {
  await Promise.all([
    queryClient.prefetchQuery(schemaPageOptions(client, filters, sort)),
    queryClient.prefetchQuery(facetsOptions(client)),
  ]);
}

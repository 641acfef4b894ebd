'use client';
// One schema, and one operation, each kept up to date.
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { OperationBody, OperationList, SchemaBody } from '../client/index.js';
import { useFleet } from '../fleet/context.js';
import type { RunningOperation } from '../live/running-operations.js';
import type { OperationFilters } from '../queries/filters.js';
import { operationOptions, operationsOptions, schemaOptions } from '../queries/options.js';
import { useSchemaOperation } from './use-live.js';

/** A schema with what is under way for it. */
export type SchemaResult = UseQueryResult<SchemaBody> & { operation: RunningOperation | null };

/** One schema by its institution's name. */
export function useSchema(name: string): SchemaResult {
  const { client } = useFleet();
  const query = useQuery(schemaOptions(client, name));
  const operation = useSchemaOperation(query.data?.id ?? '', name);
  return { ...query, operation };
}

/** One operation with its steps. */
export function useOperation(id: string): UseQueryResult<OperationBody> {
  const { client } = useFleet();
  return useQuery(operationOptions(client, id));
}

/** Operations, the newest first. The rows of before stay while other filters are read. */
export function useOperations(filters: OperationFilters = {}): UseQueryResult<OperationList> {
  const { client } = useFleet();
  return useQuery({ ...operationsOptions(client, filters), placeholderData: (before) => before });
}

// The one client of the console, and what it reads beyond schemas and operations, for which the package has hooks: a
// function for each thing, with its place in the cache.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { createFleetClient } from '@tenantry/react/client';

export const client = createFleetClient();

/** Everything in the cache that is the console's own lies under this. */
export const consoleKey = 'console';

const pageSize = 50;
const after = (cursor: string) => (cursor ? { cursor } : {});
/** Without what is not wanted, since the server refuses a filter that says nothing. */
const wanted = <T extends object>(filter: T) =>
  Object.fromEntries(
    Object.entries(filter).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<T>;

export const whoami = () =>
  queryOptions({
    queryKey: [consoleKey, 'whoami'],
    queryFn: ({ signal }) => client.whoami({ signal }),
    staleTime: 60_000,
    refetchInterval: 60_000,
  });

export const freshness = () =>
  queryOptions({
    queryKey: [consoleKey, 'backups', 'freshness'],
    queryFn: ({ signal }) => client.showBackupFreshness({ signal }),
    refetchInterval: 60_000,
  });

export const fleetUsage = (top: number) =>
  queryOptions({
    queryKey: [consoleKey, 'usage', top],
    queryFn: ({ signal }) => client.showFleetUsage({ query: { top }, signal }),
    refetchInterval: 60_000,
  });

/** What all used together, by the day; today's point grows. */
export const fleetUsageHistory = () =>
  queryOptions({
    queryKey: [consoleKey, 'usage', 'history'],
    queryFn: ({ signal }) => client.showFleetUsageHistory({ query: { by: 'day' }, signal }),
    refetchInterval: 10 * 60_000,
  });

export const findings = () =>
  queryOptions({
    queryKey: [consoleKey, 'findings'],
    queryFn: ({ signal }) => client.listFindings({ signal }),
    refetchInterval: 60_000,
  });

export const schedules = () =>
  queryOptions({
    queryKey: [consoleKey, 'schedules'],
    queryFn: ({ signal }) => client.listSchedules({ signal }),
    refetchInterval: 60_000,
  });

export const slots = (name: string) =>
  queryOptions({
    queryKey: [consoleKey, 'schedules', name, 'slots'],
    queryFn: ({ signal }) => client.listSlots({ path: { name }, query: { limit: 20 }, signal }),
  });

export const plans = () =>
  queryOptions({
    queryKey: [consoleKey, 'plans'],
    queryFn: ({ signal }) => client.listPlans({ signal }),
  });

export const templates = () =>
  queryOptions({
    queryKey: [consoleKey, 'templates'],
    queryFn: ({ signal }) => client.listTemplates({ signal }),
  });

export const template = (name: string) =>
  queryOptions({
    queryKey: [consoleKey, 'templates', name],
    queryFn: ({ signal }) => client.showTemplate({ path: { name }, signal }),
  });

export const pool = (name: string) =>
  queryOptions({
    queryKey: [consoleKey, 'templates', name, 'pool'],
    queryFn: ({ signal }) => client.showPool({ path: { name }, signal }),
    refetchInterval: 10_000,
  });

export const tokens = () =>
  queryOptions({
    queryKey: [consoleKey, 'tokens'],
    queryFn: ({ signal }) => client.listTokens({ signal }),
  });

export interface BackupFilter {
  schema?: string | undefined;
  verified?: boolean | undefined;
  removed?: boolean | undefined;
}

export const backups = (filter: BackupFilter) =>
  infiniteQueryOptions({
    queryKey: [consoleKey, 'backups', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      client.listBackups({
        query: { ...wanted(filter), limit: pageSize, ...after(pageParam) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });

export const backup = (id: string) =>
  queryOptions({
    queryKey: [consoleKey, 'backups', id],
    queryFn: ({ signal }) => client.showBackup({ path: { id }, signal }),
  });

export const drills = (schema?: string) =>
  infiniteQueryOptions({
    queryKey: [consoleKey, 'backups', 'drills', schema],
    queryFn: ({ pageParam, signal }) =>
      client.listDrills({
        query: { ...wanted({ schema }), limit: pageSize, ...after(pageParam) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });

export const prunePlan = () =>
  queryOptions({
    queryKey: [consoleKey, 'backups', 'prune'],
    queryFn: ({ signal }) => client.planPrune({ signal }),
    staleTime: 0,
  });

export const backupKeys = (name: string) =>
  queryOptions({
    queryKey: [consoleKey, 'backups', 'keys', name],
    queryFn: ({ signal }) => client.listBackupKeys({ path: { name }, signal }),
  });

export const copies = (name: string) =>
  queryOptions({
    queryKey: [consoleKey, 'copies', name],
    queryFn: ({ signal }) => client.listCopies({ path: { name }, signal }),
  });

export const comparison = (name: string, copy: string) =>
  queryOptions({
    queryKey: ['comparison', name, copy],
    queryFn: ({ signal }) => client.compareCopy({ path: { name, copy }, signal }),
    // it costs the database something, so only those who ask for it again get another one
    staleTime: Infinity,
    gcTime: 0,
  });

export const credentials = (name: string) =>
  queryOptions({
    // read again when one is given, and not at every change: a schema that was just dropped has none to show
    queryKey: ['credentials', name],
    queryFn: ({ signal }) => client.showCredentials({ path: { name }, signal }),
  });

/** How far back a history goes, and how finely. */
export type UsageSpan = '24h' | '7d' | '30d' | '1y';
const spans = {
  '24h': ['hour', 1],
  '7d': ['hour', 7],
  '30d': ['day', 30],
  '1y': ['day', 365],
} as const;

export const schemaUsage = (name: string, span: UsageSpan) =>
  queryOptions({
    queryKey: [consoleKey, 'usage', name, span],
    queryFn: ({ signal }) => {
      const [by, days] = spans[span];
      const from = new Date(Date.now() - days * 86_400_000).toISOString();
      return client.showUsage({ path: { name }, query: { by, from }, signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

export interface OperationFilter {
  state?: string | undefined;
  kind?: string | undefined;
  schema?: string | undefined;
  parent?: string | undefined;
}

export const operations = (filter: OperationFilter) =>
  infiniteQueryOptions({
    queryKey: [consoleKey, 'operations', filter],
    queryFn: ({ pageParam, signal }) =>
      client.listOperations({
        query: { ...wanted(filter), limit: pageSize, ...after(pageParam) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });

/** How many operations were asked for in each hour of the last day. */
export const operationHistory = () =>
  queryOptions({
    queryKey: [consoleKey, 'operations', 'history'],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - 86_400_000).toISOString();
      return client.countOperations({ query: { by: 'hour', from }, signal });
    },
    refetchInterval: 60_000,
  });

export const audit = (schema?: string) =>
  infiniteQueryOptions({
    queryKey: [consoleKey, 'audit', schema],
    queryFn: ({ pageParam, signal }) =>
      client.listAudit({
        query: { ...wanted({ schema }), limit: pageSize, ...after(pageParam) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });

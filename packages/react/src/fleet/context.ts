'use client';
// What every hook and component knows of the fleet: handed down by `FleetProvider`.
import { createContext, useContext } from 'react';
import type { FleetClient } from '../client/index.js';
import type { CacheSync } from '../live/cache-sync.js';
import type { LiveConnection } from '../live/connection.js';
import type { RunningOperations } from '../live/running-operations.js';
import type { SchemaSubject } from '../values/schema-row.js';
import type { Notify } from '../notify/notify.js';

/** What can be done to a schema, or to the fleet. */
export type FleetAction =
  | 'create'
  | 'backup'
  | 'verify'
  | 'restore'
  | 'suspend'
  | 'resume'
  | 'drop'
  | 'undrop'
  | 'purge'
  | 'update'
  | 'retry'
  | 'cancel';

/** Whether somebody may do something: yes, no, or the reason why not. */
export type Permission = boolean | string;

export type Can = (action: FleetAction, schema?: SchemaSubject) => Permission;

export interface Fleet {
  client: FleetClient;
  live: LiveConnection;
  running: RunningOperations;
  sync: CacheSync;
  notify: Notify;
  can: Can;
  locale: string;
}

export const FleetContext = createContext<Fleet | null>(null);

/** The fleet of the `FleetProvider` around. */
export function useFleet(): Fleet {
  const fleet = useContext(FleetContext);
  if (fleet === null) {
    throw new Error(
      'There is no <FleetProvider> around this component; put one near the root of the page.',
    );
  }
  return fleet;
}

/** Why something cannot be done; undefined if it can. */
export function refusalOf(permission: Permission): string | undefined {
  if (permission === true) return undefined;
  return permission === false ? 'You do not have the right to do this.' : permission;
}

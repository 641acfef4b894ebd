'use client';
// What is going on: the connection, the events as they come, and the operations that are under way.
import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';
import { useFleet } from '../fleet/context.js';
import type { ConnectionStatus, FleetEvent } from '../live/connection.js';
import type { RunningOperation } from '../live/running-operations.js';

const ON_A_SERVER: ConnectionStatus = { state: 'idle', error: null };
const NONE: RunningOperation[] = [];

export interface Connection extends ConnectionStatus {
  /** Tries again at once, after a new sign-in for instance. */
  reconnect: () => void;
}

/** How the stream of events stands. */
export function useConnection(): Connection {
  const { live } = useFleet();
  const status = useSyncExternalStore(live.watch, live.status, () => ON_A_SERVER);
  const reconnect = useCallback(() => live.reconnect(), [live]);
  return { ...status, reconnect };
}

/** Which events are wanted. */
export interface EventFilter {
  /** Types, or beginnings of types that end in a point: `operation.`. */
  types?: string[];
  /** A schema's id. */
  schemaId?: string;
  operationId?: string;
}

/** Calls with the events that match, in batches, while the component is there. Nothing is rendered for them. */
export function useFleetEvents(
  filter: EventFilter,
  onEvents: (events: FleetEvent[]) => void,
  onResync?: () => void,
): void {
  const { live } = useFleet();
  const wanted = useRef({ filter, onEvents, onResync });
  useEffect(() => {
    wanted.current = { filter, onEvents, onResync };
  });
  useEffect(
    () =>
      live.listen({
        onEvents: (events) => {
          const matching = events.filter((event) => matches(event, wanted.current.filter));
          if (matching.length > 0) wanted.current.onEvents(matching);
        },
        onResync: () => wanted.current.onResync?.(),
      }),
    [live],
  );
}

function matches(event: FleetEvent, filter: EventFilter): boolean {
  const { types, schemaId, operationId } = filter;
  if (schemaId !== undefined && event.schemaId !== schemaId) return false;
  if (operationId !== undefined && event.operationId !== operationId) return false;
  return (
    types === undefined ||
    types.some((type) => (type.endsWith('.') ? event.type.startsWith(type) : event.type === type))
  );
}

/** The operations that are under way, the oldest first; also those that this tab has only just asked for. */
export function useRunningOperations(): RunningOperation[] {
  const { running } = useFleet();
  return useSyncExternalStore(running.watch, running.list, () => NONE);
}

/** What is under way for one schema. Renders again only when that changes. */
export function useSchemaOperation(id: string, name: string): RunningOperation | null {
  const { running } = useFleet();
  const read = useCallback(() => running.ofSchema(id, name), [id, name, running]);
  return useSyncExternalStore(running.watch, read, () => null);
}

/** Institutions that came or went since the lists were read. */
export function useArrivals(): number {
  const { sync } = useFleet();
  return useSyncExternalStore(sync.watchArrivals, sync.arrivals, () => 0);
}

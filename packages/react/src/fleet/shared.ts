// What all providers of one client share in a tab, so that there is one stream and one hand on the cache.
import type { QueryClient } from '@tanstack/react-query';
import type { FleetClient } from '../client/index.js';
import { CacheSync } from '../live/cache-sync.js';
import { LiveConnection } from '../live/connection.js';
import { RunningOperations } from '../live/running-operations.js';

export interface SharedFleet {
  live: LiveConnection;
  running: RunningOperations;
  sync: CacheSync;
  /** Follows the stream until the last who asked for it has let go. */
  follow: () => () => void;
}

const fleets = new WeakMap<FleetClient, WeakMap<QueryClient, SharedFleet>>();
const connections = new WeakMap<FleetClient, LiveConnection>();

export function sharedFleet(client: FleetClient, queries: QueryClient): SharedFleet {
  const known = fleets.get(client)?.get(queries);
  if (known !== undefined) return known;
  const live = connections.get(client) ?? new LiveConnection(client);
  connections.set(client, live);
  const running = new RunningOperations();
  const sync = new CacheSync(client, queries, running);
  const fleet = { live, running, sync, follow: follower(live, sync) };
  const ofClient = fleets.get(client) ?? new WeakMap<QueryClient, SharedFleet>();
  ofClient.set(queries, fleet);
  fleets.set(client, ofClient);
  return fleet;
}

function follower(live: LiveConnection, sync: CacheSync): () => () => void {
  let followers = 0;
  let leave: (() => void) | undefined;
  return () => {
    followers += 1;
    if (followers === 1) {
      leave = live.listen(sync);
      void sync.readRunning();
    }
    return () => {
      followers -= 1;
      if (followers === 0) leave?.();
    };
  };
}

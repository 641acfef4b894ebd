// What the dock shows: the operations that have not ended, and those that people asked for and that ended last.
import { queryOptions } from '@tanstack/react-query';
import { client, consoleKey } from './fleet';

const shown = 8;
/** What the system does by itself is left out, and there may be some of it in a row. */
const looked = 50;

export const docked = () =>
  queryOptions({
    queryKey: [consoleKey, 'operations', 'dock'],
    queryFn: async ({ signal }) => {
      // the parent says how far its children are
      const [active, newest] = await Promise.all([
        client.listOperations({
          query: { state: 'queued,running,waiting', topLevel: true, limit: shown },
          signal,
        }),
        client.listOperations({
          query: { state: 'succeeded,failed,cancelled,stuck', topLevel: true, limit: looked },
          signal,
        }),
      ]);
      return {
        active: active.items,
        activeTotal: active.total,
        recent: newest.items.filter((item) => item.source !== 'system').slice(0, shown),
      };
    },
    refetchInterval: (query) => ((query.state.data?.activeTotal ?? 0) > 0 ? 2_000 : 15_000),
  });

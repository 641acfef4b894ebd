// What the dock shows: the operations that have not ended, and those that people asked for and that ended last.
import { queryOptions } from '@tanstack/react-query';
import { client, consoleKey } from './fleet';
import { isActive } from './operation';

const shown = 8;
/** Far enough back for the parent of many to be found behind its children. */
const looked = 200;

export const docked = () =>
  queryOptions({
    queryKey: [consoleKey, 'operations', 'dock'],
    queryFn: async ({ signal }) => {
      const [active, newest] = await Promise.all([
        client.listOperations({
          query: { state: 'queued,running,waiting', limit: looked },
          signal,
        }),
        client.listOperations({ query: { limit: looked }, signal }),
      ]);
      // the parent says how far its children are
      const own = active.items.filter((item) => !item.parent);
      const recent = newest.items.filter(
        (item) => !isActive(item) && item.source !== 'system' && !item.parent,
      );
      return {
        active: own.slice(0, shown),
        activeTotal: own.length,
        recent: recent.slice(0, shown),
      };
    },
    refetchInterval: (query) => ((query.state.data?.activeTotal ?? 0) > 0 ? 2_000 : 15_000),
  });

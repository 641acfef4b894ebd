// What the dock shows: the operations that have not ended, and those that people asked for and that ended last.
import { queryOptions } from '@tanstack/react-query';
import { client, consoleKey } from './fleet';
import { isActive } from './operation';

const shown = 8;

export const docked = () =>
  queryOptions({
    queryKey: [consoleKey, 'operations', 'dock'],
    queryFn: async ({ signal }) => {
      const [active, newest] = await Promise.all([
        client.listOperations({ query: { state: 'queued,running,waiting', limit: shown }, signal }),
        client.listOperations({ query: { limit: 50 }, signal }),
      ]);
      const recent = newest.items.filter(
        (item) => !isActive(item) && item.source !== 'system' && !item.parent,
      );
      return { active: active.items, activeTotal: active.total, recent: recent.slice(0, shown) };
    },
    refetchInterval: (query) => ((query.state.data?.activeTotal ?? 0) > 0 ? 2_000 : 15_000),
  });

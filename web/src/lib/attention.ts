// How many things need somebody, by the page that shows them: numbers for the side bar.
import { queryOptions } from '@tanstack/react-query';
import { client, consoleKey } from './fleet';

export const attention = () =>
  queryOptions({
    queryKey: [consoleKey, 'attention'],
    queryFn: async ({ signal }): Promise<Partial<Record<string, number>>> => {
      const [found, stuck] = await Promise.all([
        client.listFindings({ signal }),
        client.listOperations({ query: { state: 'stuck', limit: 1 }, signal }),
      ]);
      const grave = found.items.filter((finding) => finding.severity !== 'info').length;
      return { '/findings': grave, '/operations': stuck.total };
    },
    refetchInterval: 60_000,
  });

// How many operations were asked for in each hour of the last day, and what became of them.
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ErrorState, Skeleton } from '@tenantry/react/ui';
import { counted, formatCount } from '@/lib/words';
import { StackedBars, type Layer } from '@/components/charts/StackedBars';
import { Panel } from '@/components/Panel';
import { fleet } from './fleet';

const layers: readonly Layer[] = [
  { name: 'succeeded', colour: 'fill-chart-1' },
  { name: 'not ended', colour: 'fill-chart-2' },
  { name: 'cancelled', colour: 'fill-muted-foreground' },
  { name: 'failed', colour: 'fill-bad' },
];
const hourMs = 3_600_000;

export function OperationHistory() {
  const { data, error, isPending, refetch } = useQuery(fleet.history);
  const bars = useMemo(() => {
    if (!data) return [];
    const known = new Map(data.points.map((point) => [Date.parse(point.at), point]));
    const first = Math.ceil(Date.parse(data.from) / hourMs) * hourMs;
    const count = Math.max(0, Math.ceil((Date.parse(data.to) - first) / hourMs));
    return Array.from({ length: count }, (_, index) => {
      const at = first + index * hourMs;
      const point = known.get(at);
      const values = point
        ? [point.succeeded, point.pending, point.cancelled, point.failed + point.stuck]
        : [0, 0, 0, 0];
      return { at, values };
    });
  }, [data]);
  const sums = layers.map((_, level) =>
    bars.reduce((sum, bar) => sum + (bar.values[level] ?? 0), 0),
  );
  const total = sums.reduce((sum, each) => sum + each, 0);
  return (
    <Panel title="Operations by the hour">
      {isPending && <Skeleton className="h-36" />}
      {error && !data && <ErrorState error={error} inline onRetry={() => void refetch()} />}
      {data && (
        <StackedBars
          title="The last 24 hours"
          by="hour"
          layers={layers}
          bars={bars}
          summary={`${counted(total, 'operation')}: ${layers.map((layer, level) => `${formatCount(sums[level] ?? 0)} ${layer.name}`).join(', ')}.`}
        />
      )}
    </Panel>
  );
}

// What the institution used over time: size, rows written, sessions. The span is in the URL.
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { SchemaBody, UsagePoint } from '@tenantry/react/client';
import { EmptyState, ErrorState, formatBytes, Skeleton } from '@tenantry/react/ui';
import { schemaUsage, type UsageSpan } from '@/lib/fleet';
import { formatCount } from '@/lib/words';
import { TimeChart } from '@/components/charts/TimeChart';
import { Panel } from '@/components/Panel';

const route = getRouteApi('/house/schemas/$name/{-$section}');
const spans: { span: UsageSpan; label: string }[] = [
  { span: '24h', label: '24 hours' },
  { span: '7d', label: '7 days' },
  { span: '30d', label: '30 days' },
  { span: '1y', label: 'A year' },
];

const seriesOf = (
  points: readonly UsagePoint[] | undefined,
  value: (point: UsagePoint) => number,
) => points?.map((point) => ({ at: Date.parse(point.at), value: value(point) })) ?? [];

export function UsageSection({ schema }: { schema: SchemaBody }) {
  const { span = '7d' } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(schemaUsage(schema.name, span));
  const points = query.data?.points;
  const size = useMemo(() => seriesOf(points, (point) => point.bytes), [points]);
  const writes = useMemo(() => seriesOf(points, (point) => point.writes), [points]);
  const sessions = useMemo(() => seriesOf(points, (point) => point.mostConnections), [points]);
  const shown = useMemo(
    () => [Date.parse(query.data?.from ?? ''), Date.parse(query.data?.to ?? '')] as const,
    [query.data?.from, query.data?.to],
  );
  const by = query.data?.by ?? 'hour';
  const quota = schema.quota.bytes;
  return (
    <Panel
      title="Usage"
      note={by === 'hour' ? 'By the hour' : 'By the day'}
      actions={
        <fieldset className="inline-flex rounded-md border p-0.5">
          <legend className="sr-only">Span of time</legend>
          {spans.map((each) => (
            <label
              key={each.span}
              className="cursor-pointer rounded-sm px-2.5 py-0.5 text-xs has-checked:bg-accent has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-ring"
            >
              <input
                type="radio"
                name="span"
                className="sr-only"
                checked={span === each.span}
                onChange={() =>
                  void navigate({ search: (old) => ({ ...old, span: each.span }), replace: true })
                }
              />
              {each.label}
            </label>
          ))}
        </fieldset>
      }
    >
      {query.isPending && <Skeleton className="h-64" />}
      {query.isError && !points && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {points?.length === 0 && (
        <EmptyState
          title="Nothing was measured in this time"
          description="A size is noted whenever something was written."
        />
      )}
      {points && points.length > 0 && (
        <div className="grid gap-8">
          <TimeChart
            title="Size"
            points={size}
            span={shown}
            format={formatBytes}
            unit="bytes"
            by={by}
            {...(typeof quota === 'number' ? { limit: { value: quota, label: 'Quota' } } : {})}
          />
          <div className="grid gap-8 md:grid-cols-2">
            <TimeChart
              title="Rows written"
              points={writes}
              span={shown}
              format={formatCount}
              unit="count"
              by={by}
              height={150}
            />
            <TimeChart
              title="Most sessions at a time"
              points={sessions}
              span={shown}
              format={formatCount}
              unit="count"
              by={by}
              height={150}
            />
          </div>
        </div>
      )}
    </Panel>
  );
}

// What all schemas use together, of what it is made up, and how old the numbers are.
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useNow } from '@tenantry/react';
import { ErrorState, formatBytes, RelativeTime, Skeleton } from '@tenantry/react/ui';
import { counted, formatCount } from '@/lib/words';
import { ShareBar } from '@/components/charts/ShareBar';
import { TimeChart } from '@/components/charts/TimeChart';
import { Panel } from '@/components/Panel';
import { fleet } from './fleet';

/** Numbers older than this are marked: every schema is looked at more often when all is well. */
const oldMs = 30 * 60_000;

export function Storage() {
  const { data, error, isPending, refetch } = useQuery(fleet.usage);
  return (
    <Panel title="Storage">
      {isPending && <Skeleton className="h-32" />}
      {error && !data && <ErrorState error={error} inline onRetry={() => void refetch()} />}
      {data && (
        <>
          <p className="mb-3 flex items-baseline gap-2">
            <span className="text-2xl font-semibold tracking-tight">{formatBytes(data.bytes)}</span>
            <span className="text-muted-foreground">in {counted(data.schemas, 'schema')}</span>
          </p>
          <ShareBar
            label="What storage is used for"
            shares={[
              {
                label: 'Indexes',
                value: data.indexBytes,
                text: formatBytes(data.indexBytes),
                colour: 'bg-chart-1',
              },
              {
                label: 'Tables',
                value: data.tableBytes,
                text: formatBytes(data.tableBytes),
                colour: 'bg-chart-2',
              },
              {
                label: 'Long values',
                value: data.toastBytes,
                text: formatBytes(data.toastBytes),
                colour: 'bg-chart-3',
              },
            ]}
          />
          <p className="mt-4 text-xs text-muted-foreground">
            About {formatCount(data.rowEstimate)} rows, {counted(data.connections, 'session')} of
            applications.
          </p>
          <Age at={data.oldestMeasuredAt} stale={data.stale} />
          <Trend />
        </>
      )}
    </Panel>
  );
}

/** How the size of all came to be; a fleet of today has no line yet. */
function Trend() {
  const { data } = useQuery(fleet.usageHistory);
  const points = useMemo(
    () => data?.points.map(({ at, bytes }) => ({ at: Date.parse(at), value: bytes })) ?? [],
    [data],
  );
  const span = useMemo(
    () => [Date.parse(data?.from ?? ''), Date.parse(data?.to ?? '')] as const,
    [data?.from, data?.to],
  );
  if (points.length < 2) return null;
  return (
    <div className="mt-4">
      <TimeChart
        title="Size by the day"
        points={points}
        span={span}
        format={formatBytes}
        unit="bytes"
        by="day"
        height={140}
      />
    </div>
  );
}

function Age({ at, stale }: { at: string | null | undefined; stale: number }) {
  const now = useNow();
  const isOld = at && now !== null ? now - Date.parse(at) > oldMs : false;
  return (
    <p className={`text-xs ${stale > 0 && isOld ? 'text-warning' : 'text-muted-foreground'}`}>
      The oldest number was measured <RelativeTime at={at} otherwise="never" />
      {stale > 0
        ? `; ${counted(stale, 'schema')} may be another size by now.`
        : ', and nothing changed since.'}
    </p>
  );
}

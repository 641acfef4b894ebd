// How the fleet's backups stand, in one row of numbers.
import { useQuery } from '@tanstack/react-query';
import { ErrorState, formatDuration, Skeleton } from '@tenantry/react/ui';
import { freshness } from '@/lib/fleet';
import { formatCount } from '@/lib/words';
import { Notice } from '@/components/Notice';

export function Freshness() {
  const { data, error, refetch } = useQuery(freshness());
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="mb-6 h-20" />;
  if (!data.configured) {
    return (
      <div className="mb-6">
        <Notice mood="warning" title="This server has no place for backups">
          Name one under <code>[backup]</code> in its settings and start it again; then backups can
          be taken.
        </Notice>
      </div>
    );
  }
  const age = data.oldestBackupSeconds;
  return (
    <>
      {!data.canRestore && (
        <div className="mb-4">
          <Notice mood="warning" title="This server cannot open backups">
            It has no identity, so it can take backups and neither verify nor restore them.
          </Notice>
        </div>
      )}
      <dl className="mb-6 grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border sm:grid-cols-4">
        <Number
          name="Without a backup"
          value={formatCount(data.withoutBackup)}
          isBad={data.withoutBackup > 0}
        />
        <Number name="Older than 26 hours" value={formatCount(data.stale)} isBad={data.stale > 0} />
        <Number name="Newest not verified" value={formatCount(data.unverified)} isBad={false} />
        <Number
          name="Oldest newest backup"
          value={typeof age === 'number' ? formatDuration(age * 1000) : '–'}
          isBad={false}
        />
      </dl>
    </>
  );
}

function Number({ name, value, isBad }: { name: string; value: string; isBad: boolean }) {
  return (
    <div className="bg-card px-4 py-3">
      <dt className="text-muted-foreground">{name}</dt>
      <dd className={`mt-0.5 text-xl font-semibold tracking-tight ${isBad ? 'text-warning' : ''}`}>
        {value}
      </dd>
    </div>
  );
}

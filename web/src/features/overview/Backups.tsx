// How the fleet's backups stand: fresh, old or missing, verified or not.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { BackupFreshness } from '@tenantry/react/client';
import { ErrorState, formatDuration, Skeleton } from '@tenantry/react/ui';
import { formatCount } from '@/lib/words';
import { ShareBar } from '@/components/charts/ShareBar';
import { Facts } from '@/components/Facts';
import { Notice } from '@/components/Notice';
import { Panel } from '@/components/Panel';
import { fleet } from './fleet';

export function Backups() {
  const { data, error, isPending, refetch } = useQuery(fleet.freshness);
  return (
    <Panel
      title="Backups"
      actions={
        <Link
          to="/backups"
          className="text-xs text-muted-foreground underline-offset-4 hover:text-foreground hover:underline"
        >
          All backups
        </Link>
      }
    >
      {isPending && <Skeleton className="h-32" />}
      {error && !data && <ErrorState error={error} inline onRetry={() => void refetch()} />}
      {data && (data.configured ? <Standing freshness={data} /> : <Unconfigured />)}
    </Panel>
  );
}

function Unconfigured() {
  return (
    <Notice mood="warning" title="There is no place for backups">
      Name one under <code>[backup]</code> in the server’s settings, and start it again.
    </Notice>
  );
}

const age = (seconds: number | null | undefined) =>
  typeof seconds === 'number' ? formatDuration(seconds * 1000) : 'none';

function Standing({ freshness }: { freshness: BackupFreshness }) {
  const { institutions, withoutBackup, stale, unverified } = freshness;
  const fresh = Math.max(0, institutions - withoutBackup - stale);
  return (
    <>
      <ShareBar
        label="How old the newest backups are"
        shares={[
          { label: 'Fresh', value: fresh, text: formatCount(fresh), colour: 'bg-good' },
          {
            label: 'Older than 26 hours',
            value: stale,
            text: formatCount(stale),
            colour: 'bg-warning',
          },
          {
            label: 'None',
            value: withoutBackup,
            text: formatCount(withoutBackup),
            colour: 'bg-bad',
          },
        ]}
      />
      <div className="mt-3">
        <Facts
          facts={[
            { name: 'Newest backup not verified', value: formatCount(unverified) },
            { name: 'Oldest of the newest backups', value: age(freshness.oldestBackupSeconds) },
            { name: 'Longest without proof', value: age(freshness.oldestUnverifiedSeconds) },
          ]}
        />
      </div>
    </>
  );
}

// What happens by itself, and when next.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Badge, RelativeTime, Skeleton } from '@tenantry/react/ui';
import { sentence } from '@/lib/words';
import { Panel } from '@/components/Panel';
import { fleet } from './fleet';

export function Schedules() {
  const { data, isPending } = useQuery(fleet.schedules);
  return (
    <Panel
      title="Schedules"
      actions={
        <Link
          to="/backups"
          search={{ view: 'schedules' }}
          className="text-xs text-muted-foreground underline-offset-4 hover:text-foreground hover:underline"
        >
          All schedules
        </Link>
      }
    >
      {isPending && <Skeleton className="h-12" />}
      {data?.items.length === 0 && (
        <p className="text-muted-foreground">
          None yet. With one, every institution is backed up each night.
        </p>
      )}
      <ul className="-my-1 divide-y divide-border/60 empty:hidden">
        {data?.items.map((schedule) => (
          <li key={schedule.name} className="flex items-center justify-between gap-3 py-1.5">
            <span className="min-w-0 truncate">
              <span className="font-medium">{schedule.name}</span>{' '}
              <span className="text-muted-foreground">{sentence(schedule.kind)}</span>
            </span>
            {schedule.silent ? (
              <Badge tone="bad">Silent</Badge>
            ) : schedule.pausedAt || !schedule.enabled ? (
              <Badge>{schedule.enabled ? 'Paused' : 'Off'}</Badge>
            ) : (
              <span className="text-muted-foreground">
                next <RelativeTime at={schedule.next?.at} otherwise="never" />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

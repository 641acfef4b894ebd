// The schemas that use most.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EmptyState, formatBytes, Skeleton } from '@tenantry/react/ui';
import { Panel } from '@/components/Panel';
import { SchemaLink } from '@/components/SchemaLink';
import { fleet } from './fleet';

export function Largest() {
  const { data } = useQuery(fleet.usage);
  const most = data?.largest[0]?.usage.bytes ?? 0;
  return (
    <Panel
      title="Largest schemas"
      actions={
        <Link
          to="/schemas"
          search={{ sort: '-usage' }}
          className="text-xs text-muted-foreground underline-offset-4 hover:text-foreground hover:underline"
        >
          All by size
        </Link>
      }
    >
      {!data && <Skeleton className="h-40" />}
      {data?.largest.length === 0 && <EmptyState title="No schema was measured yet" />}
      <ul className="grid gap-2.5">
        {data?.largest.map(({ name, usage }) => (
          <li key={name} className="grid gap-1">
            <div className="flex justify-between gap-4">
              <SchemaLink name={name} />
              <span className="text-muted-foreground">{formatBytes(usage.bytes)}</span>
            </div>
            <div aria-hidden="true" className="h-1 rounded-full bg-muted">
              <div
                className="h-full rounded-full bg-chart-1"
                style={{ width: `${most > 0 ? ((usage.bytes ?? 0) / most) * 100 : 0}%` }}
              />
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

// The operations that go on now, and those that failed last.
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { OperationBody } from '@tenantry/react/client';
import { RelativeTime, Skeleton } from '@tenantry/react/ui';
import { OperationBadge } from '@/components/OperationBadge';
import { OperationLink } from '@/components/OperationLink';
import { Panel } from '@/components/Panel';
import { fleet } from './fleet';

export function UnderWay() {
  const [active, failed] = useQueries({ queries: [fleet.active, fleet.failed] });
  const rows = [...(active.data?.items ?? []), ...(failed.data?.items ?? [])].slice(0, 6);
  return (
    <Panel
      title="Operations"
      note="Under way, and failed last"
      actions={
        <Link
          to="/operations"
          className="text-xs text-muted-foreground underline-offset-4 hover:text-foreground hover:underline"
        >
          All operations
        </Link>
      }
    >
      {active.isPending || failed.isPending ? (
        <Skeleton className="h-16" />
      ) : rows.length === 0 ? (
        <p className="text-muted-foreground">Nothing is under way, and nothing failed.</p>
      ) : (
        <ul className="-my-1 divide-y divide-border/60">
          {rows.map((operation) => (
            <Row key={operation.id} operation={operation} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Row({ operation }: { operation: OperationBody }) {
  return (
    <li className="flex items-center justify-between gap-3 py-1.5">
      <span className="min-w-0 truncate">
        <OperationLink id={operation.id}>{operation.kind}</OperationLink>{' '}
        <span className="text-muted-foreground">{operation.schema ?? 'whole fleet'}</span>
      </span>
      <span className="flex shrink-0 items-center gap-3">
        <span className="text-xs text-muted-foreground">
          <RelativeTime at={operation.finishedAt ?? operation.createdAt} />
        </span>
        <OperationBadge operation={operation} />
      </span>
    </li>
  );
}

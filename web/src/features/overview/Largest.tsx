// The schemas that use most, and those that grew most within a week.
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { EmptyState, formatBytes, Skeleton } from '@tenantry/react/ui';
import { Panel } from '@/components/Panel';
import { SchemaLink } from '@/components/SchemaLink';
import { fleet } from './fleet';

export function Largest() {
  const { data } = useQuery(fleet.usage);
  const largest = data?.largest.map(({ name, usage }) => ({ name, bytes: usage.bytes ?? 0 }));
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
      <Ranking
        ranked={largest}
        otherwise="No schema was measured yet"
        text={(bytes) => formatBytes(bytes)}
      />
    </Panel>
  );
}

export function Grown() {
  const { data } = useQuery(fleet.usage);
  const grown = data?.grown.map(({ name, grownBytes }) => ({ name, bytes: grownBytes }));
  return (
    <Panel title="Grew most within a week">
      <Ranking
        ranked={grown}
        otherwise="No schema grew"
        text={(bytes) => `+ ${formatBytes(bytes)}`}
      />
    </Panel>
  );
}

interface RankingProps {
  ranked: { name: string; bytes: number }[] | undefined;
  otherwise: string;
  text: (bytes: number) => ReactNode;
}

function Ranking({ ranked, otherwise, text }: RankingProps) {
  if (!ranked) return <Skeleton className="h-40" />;
  if (ranked.length === 0) return <EmptyState title={otherwise} />;
  const most = Math.max(1, ...ranked.map(({ bytes }) => bytes));
  return (
    <ul className="grid gap-2.5">
      {ranked.map(({ name, bytes }) => (
        <li key={name} className="grid gap-1">
          <div className="flex justify-between gap-4">
            <SchemaLink name={name} />
            <span className="text-muted-foreground">{text(bytes)}</span>
          </div>
          <div aria-hidden="true" className="h-1 rounded-full bg-muted">
            <div
              className="h-full rounded-full bg-chart-1"
              style={{ width: `${(bytes / most) * 100}%` }}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}

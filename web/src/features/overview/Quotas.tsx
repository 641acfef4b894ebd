// How many schemas are near their quota, or over it.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { QuotaLevel } from '@tenantry/react/client';
import { QUOTA_LEVELS, Skeleton, TONE_TEXT } from '@tenantry/react/ui';
import { formatCount } from '@/lib/words';
import { Panel } from '@/components/Panel';
import { fleet } from './fleet';

const levels: readonly QuotaLevel[] = ['blocked', 'soft', 'warning', 'ok'];

export function Quotas() {
  const { data } = useQuery(fleet.facets);
  const countOf = (level: QuotaLevel) =>
    data?.quotaLevels.find((each) => each.level === level)?.count ?? 0;
  return (
    <Panel title="Quotas">
      {!data && <Skeleton className="h-24" />}
      {data && (
        <ul className="-my-1 divide-y divide-border/60">
          {levels.map((level) => {
            const { icon: Icon, word, tone } = QUOTA_LEVELS[level];
            const count = countOf(level);
            return (
              <li key={level} className="flex items-center gap-2 py-1.5">
                <Icon
                  aria-hidden="true"
                  className={`size-4 ${count > 0 ? TONE_TEXT[tone] : 'text-muted-foreground'}`}
                />
                <Link
                  to="/schemas"
                  search={{ quota: level }}
                  className="grow underline-offset-4 hover:underline"
                >
                  {word}
                </Link>
                <span className={count === 0 ? 'text-muted-foreground' : 'font-medium'}>
                  {formatCount(count)}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}

// What needs somebody, before everything else. When nothing does, it is one line.
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import { Skeleton } from '@tenantry/react/ui';
import { operationsOptions } from '@tenantry/react';
import { client } from '@/lib/fleet';
import { fleet } from './fleet';
import { problemsOf } from './problems';

const stuckOptions = operationsOptions(client, { states: ['stuck'], limit: 1 });

export function Problems() {
  const [facets, freshness, findings, schedules, stuck] = useQueries({
    queries: [fleet.facets, fleet.freshness, fleet.findings, fleet.schedules, stuckOptions],
  });
  if ([facets, freshness, findings, schedules, stuck].some((query) => query.isPending)) {
    return <Skeleton className="h-10 w-full" />;
  }
  const problems = problemsOf({
    facets: facets.data,
    freshness: freshness.data,
    findings: findings.data,
    schedules: schedules.data,
    stuck: stuck.data,
  });
  if (problems.length === 0) {
    return (
      <p className="flex items-center gap-2 rounded-lg border bg-card px-4 py-2.5">
        <CircleCheck aria-hidden="true" className="size-4 text-good" />
        <span className="font-medium">All is well.</span>
        <span className="text-muted-foreground">
          Nothing failed, nothing is stuck, and every backup is fresh.
        </span>
      </p>
    );
  }
  return (
    <section aria-label="Needs attention" className="overflow-hidden rounded-lg border bg-card">
      <ul className="divide-y">
        {problems.map((problem) => {
          const Icon = problem.mood === 'bad' ? CircleAlert : TriangleAlert;
          return (
            <li
              key={problem.text}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5"
            >
              <Icon
                aria-label={problem.mood === 'bad' ? 'Problem' : 'Warning'}
                className={`size-4 shrink-0 ${problem.mood === 'bad' ? 'text-bad' : 'text-warning'}`}
              />
              <span className="min-w-0 grow">{problem.text}</span>
              <Link
                to={problem.to}
                search={problem.search}
                className="inline-flex min-h-6 items-center font-medium text-primary underline-offset-4 hover:underline"
                aria-label={`${problem.way}: ${problem.text}`}
              >
                {problem.way}
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

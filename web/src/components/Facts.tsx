// Names and values beneath one another: what is known of a thing.
import type { ReactNode } from 'react';

export interface Fact {
  name: string;
  value: ReactNode;
}

export function Facts({
  facts,
  columns = 1,
}: {
  facts: readonly (Fact | false | undefined)[];
  columns?: 1 | 2;
}) {
  return (
    <dl className={`grid gap-x-10 ${columns === 2 ? 'sm:grid-cols-2' : ''}`}>
      {facts.map(
        (fact) =>
          fact && (
            <div
              key={fact.name}
              className="flex justify-between gap-6 border-b border-border/60 py-1.5 last:border-0"
            >
              <dt className="shrink-0 text-muted-foreground">{fact.name}</dt>
              <dd className="min-w-0 text-end [overflow-wrap:anywhere]">{fact.value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

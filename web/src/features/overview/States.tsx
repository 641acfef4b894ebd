// How many schemas there are in each state; each number leads to the list of exactly those.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { SchemaState } from '@tenantry/react/client';
import { SCHEMA_STATES, Skeleton, TONE_TEXT } from '@tenantry/react/ui';
import { formatCount } from '@/lib/words';
import { fleet } from './fleet';

const order: readonly SchemaState[] = [
  'active',
  'provisioning',
  'suspended',
  'restoring',
  'archived',
  'purging',
  'failed',
];
/** Those that are shown even when there is none. */
const always = new Set<SchemaState>(['active', 'suspended', 'archived', 'failed']);

export function States() {
  const { data } = useQuery(fleet.facets);
  if (!data) return <Skeleton className="h-20 w-full" />;
  const countOf = (state: SchemaState) =>
    data.states.find((each) => each.state === state)?.count ?? 0;
  const total = order.reduce((sum, state) => sum + countOf(state), 0);
  return (
    <section
      aria-label="Schemas by state"
      className="flex flex-wrap gap-px overflow-hidden rounded-lg border bg-border"
    >
      <Tile label="Schemas" value={total} search={{}} />
      {order
        .filter((state) => always.has(state) || countOf(state) > 0)
        .map((state) => (
          <Tile
            key={state}
            label={SCHEMA_STATES[state].word}
            value={countOf(state)}
            search={{ state }}
            state={state}
          />
        ))}
    </section>
  );
}

interface TileProps {
  label: string;
  value: number;
  search: { state?: string };
  state?: SchemaState;
}

function Tile({ label, value, search, state }: TileProps) {
  const face = state && SCHEMA_STATES[state];
  const Icon = face?.icon;
  return (
    <Link
      to="/schemas"
      search={search}
      className="min-w-28 grow basis-0 bg-card px-4 py-3 outline-offset-[-2px] hover:bg-accent/60"
    >
      <span className="flex items-center gap-1.5 text-muted-foreground">
        {Icon && (
          <Icon
            aria-hidden="true"
            className={`size-3.5 ${value > 0 ? TONE_TEXT[face.tone] : 'text-muted-foreground'}`}
          />
        )}
        {label}
      </span>
      <span
        className={`mt-0.5 block text-2xl font-semibold tracking-tight ${value === 0 ? 'text-muted-foreground' : ''}`}
      >
        {formatCount(value)}
      </span>
    </Link>
  );
}

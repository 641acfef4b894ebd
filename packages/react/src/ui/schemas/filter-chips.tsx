'use client';
// What the list is narrowed to, each with how many there are: states, troubles, and whatever else the host asked for.
import { clsx } from 'clsx';
import { AlertTriangle, CloudOff, Gauge, History, type LucideIcon, X } from 'lucide-react';
import type { Facets, SchemaState } from '../../client/index.js';
import { useFleet } from '../../fleet/context.js';
import type { SchemaManagementState } from '../../hooks/use-schema-management.js';
import type { SchemaFilters } from '../../queries/filters.js';
import { numberFormat } from '../../values/formats.js';
import { QUOTA_LEVELS, SCHEMA_STATES } from '../states.js';

/** Shown even where none is in them, because these are what people look for. */
const ALWAYS_SHOWN: SchemaState[] = ['active', 'suspended', 'failed', 'archived'];

export function FilterChips({ management }: { management: SchemaManagementState }) {
  return (
    <div className="tenantry:flex tenantry:gap-1.5 tenantry:overflow-x-auto tenantry:p-0.5 tenantry:@2xl:flex-wrap">
      <StateChips management={management} />
      <TroubleChips management={management} />
      <OtherChips management={management} />
    </div>
  );
}

function StateChips({ management }: { management: SchemaManagementState }) {
  const { filters, setFilters, facets } = management;
  const chosen = filters.states ?? [];
  const counts = new Map(facets?.states.map(({ state, count }) => [state, count]));
  const states = (Object.keys(SCHEMA_STATES) as SchemaState[]).filter(
    (state) =>
      ALWAYS_SHOWN.includes(state) || (counts.get(state) ?? 0) > 0 || chosen.includes(state),
  );
  const toggle = (state: SchemaState) => {
    const after = chosen.includes(state)
      ? chosen.filter((each) => each !== state)
      : [...chosen, state];
    setFilters({ ...filters, states: after });
  };
  return (
    <div role="group" aria-label="States" className="tenantry:contents">
      {states.map((state) => (
        <Chip
          key={state}
          icon={SCHEMA_STATES[state].icon}
          word={SCHEMA_STATES[state].word}
          count={facets && (counts.get(state) ?? 0)}
          on={chosen.includes(state)}
          onToggle={() => toggle(state)}
        />
      ))}
    </div>
  );
}

interface Trouble {
  word: string;
  icon: LucideIcon;
  count: (facets: Facets) => number;
  on: (filters: SchemaFilters) => boolean;
  set: SchemaFilters;
  unset: (keyof SchemaFilters)[];
}

const TROUBLES: Trouble[] = [
  {
    word: 'Failing',
    icon: AlertTriangle,
    count: (facets) => facets.failing,
    on: (filters) => filters.failing === true,
    set: { failing: true },
    unset: ['failing'],
  },
  {
    word: 'Near or over quota',
    icon: Gauge,
    count: (facets) =>
      facets.quotaLevels.reduce((sum, { level, count }) => (level === 'ok' ? sum : sum + count), 0),
    on: (filters) => filters.quotaLevels?.length === 3,
    set: { quotaLevels: ['warning', 'soft', 'blocked'] },
    unset: ['quotaLevels'],
  },
  {
    word: 'No backup',
    icon: CloudOff,
    count: (facets) => facets.withoutBackup,
    on: (filters) => filters.backup === 'none',
    set: { backup: 'none' },
    unset: ['backup'],
  },
  {
    word: 'Old backup',
    icon: History,
    count: (facets) => facets.staleBackup,
    on: (filters) => filters.backup === 'stale',
    set: { backup: 'stale' },
    unset: ['backup'],
  },
];

/** Only those that there are. */
function TroubleChips({ management }: { management: SchemaManagementState }) {
  const { filters, setFilters, facets } = management;
  return (
    <div role="group" aria-label="Troubles" className="tenantry:contents">
      {TROUBLES.map(({ word, icon, count, on, set, unset }) => {
        const chosen = on(filters);
        const number = facets && count(facets);
        if (!chosen && (number ?? 0) === 0) return null;
        const toggle = () => setFilters(chosen ? without(filters, unset) : { ...filters, ...set });
        return (
          <Chip key={word} icon={icon} word={word} count={number} on={chosen} onToggle={toggle} />
        );
      })}
    </div>
  );
}

/** Filters that are set from elsewhere: they are named here, and can be taken away. */
function OtherChips({ management }: { management: SchemaManagementState }) {
  const { filters, setFilters } = management;
  const { plans, labels, template, templateVersion, backup, quotaLevels = [] } = filters;
  const others: { word: string; unset: (keyof SchemaFilters)[] }[] = [];
  if (plans?.length) others.push({ word: `Plan ${plans.join(', ')}`, unset: ['plans'] });
  if (labels?.length) others.push({ word: `Label ${labels.join(', ')}`, unset: ['labels'] });
  if (template !== undefined || templateVersion !== undefined) {
    const version = templateVersion === undefined ? '' : ` v${templateVersion}`;
    others.push({
      word: `Template ${template ?? ''}${version}`,
      unset: ['template', 'templateVersion'],
    });
  }
  if (backup === 'fresh') others.push({ word: 'Fresh backup', unset: ['backup'] });
  if (quotaLevels.length > 0 && quotaLevels.length < 3) {
    const words = quotaLevels.map((level) => QUOTA_LEVELS[level].word);
    others.push({ word: words.join(', '), unset: ['quotaLevels'] });
  }
  return others.map(({ word, unset }) => (
    <Chip
      key={word}
      icon={X}
      word={word}
      label={`Take away: ${word}`}
      count={undefined}
      on
      onToggle={() => setFilters(without(filters, unset))}
    />
  ));
}

function without(filters: SchemaFilters, keys: (keyof SchemaFilters)[]): SchemaFilters {
  const left = { ...filters };
  for (const key of keys) delete left[key];
  return left;
}

interface ChipProps {
  icon: LucideIcon;
  word: string;
  /** For those who do not see the icon, where the word is not enough. */
  label?: string;
  count: number | undefined;
  on: boolean;
  onToggle: () => void;
}

function Chip({ icon: Icon, word, label, count, on, onToggle }: ChipProps) {
  const { locale } = useFleet();
  return (
    <button
      type="button"
      aria-pressed={label === undefined ? on : undefined}
      aria-label={label}
      onClick={onToggle}
      className={clsx(
        'tenantry:flex tenantry:h-6 tenantry:shrink-0 tenantry:cursor-pointer tenantry:items-center tenantry:gap-1.5 tenantry:rounded-full tenantry:border tenantry:px-2 tenantry:text-xs tenantry:whitespace-nowrap tenantry:outline-none tenantry:focus-visible:ring-2 tenantry:focus-visible:ring-ring',
        on
          ? 'tenantry:border-foreground/25 tenantry:bg-foreground/8 tenantry:text-foreground'
          : 'tenantry:border-border tenantry:text-muted-foreground tenantry:hover:text-foreground',
      )}
    >
      <Icon aria-hidden className="tenantry:size-3" />
      {word}{' '}
      {count !== undefined && (
        <span className="tenantry:tabular-nums">{numberFormat(locale).format(count)}</span>
      )}
    </button>
  );
}

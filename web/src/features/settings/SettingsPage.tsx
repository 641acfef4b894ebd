// Plans, how the console looks and listens, and what runs here.
import { useQuery } from '@tanstack/react-query';
import type { PlanBody } from '@tenantry/react/client';
import { Badge, EmptyState, ErrorState, formatBytes } from '@tenantry/react/ui';
import { plans, whoami } from '@/lib/fleet';
import { turnSingleKeys, useSingleKeys } from '@/lib/shortcuts';
import { setTheme, themes, useTheme } from '@/lib/theme';
import { formatCount, sentence } from '@/lib/words';
import { DataTable, type Column } from '@/components/DataTable';
import { Facts } from '@/components/Facts';
import { RowSkeletons } from '@/components/Listing';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';

export function SettingsPage() {
  return (
    <Page title="Settings">
      <div className="grid gap-5">
        <Plans />
        <div className="grid items-start gap-5 md:grid-cols-2">
          <Appearance />
          <About />
        </div>
      </div>
    </Page>
  );
}

const seconds = (value: number | null | undefined) =>
  typeof value === 'number' ? `${value}\u00a0s` : 'server’s default';

const columns: Column<PlanBody>[] = [
  {
    name: 'Plan',
    cell: (row) => (
      <span className="flex items-center gap-2 font-medium">
        {row.name}
        {row.isDefault && <Badge>Default</Badge>}
        {!row.configured && <Badge tone="warning">Gone from the settings</Badge>}
      </span>
    ),
  },
  {
    name: 'Quota',
    cell: (row) => (typeof row.quotaBytes === 'number' ? formatBytes(row.quotaBytes) : 'no limit'),
    end: true,
  },
  { name: 'Sessions', cell: (row) => row.connectionLimit ?? 'server’s default', end: true },
  { name: 'Statement', cell: (row) => seconds(row.statementTimeoutSeconds), end: true },
  {
    name: 'Idle in transaction',
    cell: (row) => seconds(row.idleInTransactionTimeoutSeconds),
    end: true,
  },
  { name: 'Schemas', cell: (row) => formatCount(row.schemas), end: true },
];

function Plans() {
  const query = useQuery(plans());
  return (
    <Panel
      title="Plans"
      note="Limits that institutions share. They are written in the server’s settings, tenantry.toml, and read at its start."
      flush
    >
      {query.isPending && <RowSkeletons label="Plans" rows={2} />}
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data?.items.length === 0 && (
        <EmptyState
          title="No plans"
          description="Without a plan, an institution has the quota given to it, or none."
        />
      )}
      {query.data && query.data.items.length > 0 && (
        <DataTable
          label="Plans"
          rows={query.data.items}
          columns={columns}
          keyOf={(row) => row.name}
        />
      )}
    </Panel>
  );
}

function Appearance() {
  const theme = useTheme();
  const areOn = useSingleKeys();
  return (
    <Panel title="Appearance and keyboard" note="Kept in this browser.">
      <fieldset className="mb-4">
        <legend className="mb-1.5 text-muted-foreground">Theme</legend>
        <div className="inline-flex rounded-md border p-0.5">
          {themes.map((choice) => (
            <label
              key={choice}
              className="cursor-pointer rounded-sm px-3 py-1 has-checked:bg-accent has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-ring"
            >
              <input
                type="radio"
                name="theme"
                className="sr-only"
                checked={theme === choice}
                onChange={() => setTheme(choice)}
              />
              {choice === 'system' ? 'As the system' : sentence(choice)}
            </label>
          ))}
        </div>
      </fieldset>
      <label className="flex items-start gap-2.5">
        <input
          type="checkbox"
          className="mt-0.5 size-4 accent-primary"
          checked={areOn}
          onChange={(event) => turnSingleKeys(event.target.checked)}
        />
        <span>
          Keys without Ctrl or ⌘ work
          <span className="block text-xs text-muted-foreground">
            Turn them off if you dictate to your computer.
          </span>
        </span>
      </label>
    </Panel>
  );
}

function About() {
  const { data } = useQuery(whoami());
  return (
    <Panel title="About">
      <Facts
        facts={[
          { name: 'Server', value: data ? <code className="text-xs">{data.version}</code> : '–' },
          { name: 'Signed in with', value: data?.name ?? '–' },
          { name: 'Role', value: data?.role ?? '–' },
          {
            name: 'Programming interface',
            value: (
              <a href="/docs" className="underline underline-offset-4">
                /docs
              </a>
            ),
          },
        ]}
      />
    </Panel>
  );
}

// One template: its versions, what the newest is made of, and the pool of spares.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { MigrationBody, TemplateBody } from '@tenantry/react/client';
import { Badge, ErrorState, formatDuration, RelativeTime } from '@tenantry/react/ui';
import { template } from '@/lib/fleet';
import { formatCount } from '@/lib/words';
import { Code } from '@/components/Code';
import { DataTable, type Column } from '@/components/DataTable';
import { Facts } from '@/components/Facts';
import { RowSkeletons } from '@/components/Listing';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { Pool } from './Pool';

const route = getRouteApi('/house/templates/$name');

const versionColumns: Column<TemplateBody>[] = [
  { name: 'Version', cell: (row) => <span className="font-medium">{row.version}</span> },
  { name: 'Layout', cell: (row) => row.layout },
  { name: 'Migrations', cell: (row) => formatCount(row.migrations.length), end: true },
  { name: 'Relations', cell: (row) => formatCount(row.relations), end: true },
  { name: 'Proof took', cell: (row) => formatDuration(row.proofMs), end: true },
  { name: 'Spares', cell: (row) => <Spares template={row} /> },
  { name: 'By', cell: (row) => row.createdBy },
  { name: 'Made', cell: (row) => <RelativeTime at={row.createdAt} />, end: true, tight: true },
];

const migrationColumns: Column<MigrationBody>[] = [
  {
    name: 'Migration',
    cell: (row) => <span className="font-medium [overflow-wrap:anywhere]">{row.name}</span>,
  },
  {
    name: 'SHA-256',
    cell: (row) => (
      <code className="text-xs text-muted-foreground">{row.checksum.slice(0, 16)}…</code>
    ),
    end: true,
    tight: true,
  },
];

function Spares({ template: row }: { template: TemplateBody }) {
  if (row.spares === 'none') return <Badge tone="warning">None: {row.sparesReason}</Badge>;
  return <span>{row.spares === 'plain' ? 'as they are' : 'rewritten at a claim'}</span>;
}

export function TemplatePage() {
  const { name } = route.useParams();
  const query = useQuery(template(name));
  const versions = query.data?.items.toSorted((a, b) => b.version - a.version) ?? [];
  const [newest] = versions;
  return (
    <Page
      title={name}
      documentTitle={`Template ${name}`}
      trail={
        <Link to="/templates" className="hover:text-foreground hover:underline">
          Templates
        </Link>
      }
    >
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && <RowSkeletons label="Template" />}
      {newest && (
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <div className="grid min-w-0 gap-5">
            <Panel title="Versions" flush>
              <DataTable
                label="Versions"
                rows={versions}
                columns={versionColumns}
                keyOf={(row) => String(row.version)}
              />
            </Panel>
            <Panel
              title={`Migrations of version ${newest.version}`}
              note="In the order in which they are applied"
              flush
            >
              <DataTable
                label="Migrations"
                rows={newest.migrations}
                columns={migrationColumns}
                keyOf={(row) => row.path}
              />
            </Panel>
          </div>
          <div className="grid gap-5">
            <Pool name={name} />
            {newest.seed && (
              <Panel title="Seed" note="Fills a new institution with its first rows.">
                {newest.seedRequires.length > 0 && (
                  <Facts facts={[{ name: 'Needs', value: newest.seedRequires.join(', ') }]} />
                )}
                <Code label="Seed">{newest.seed}</Code>
              </Panel>
            )}
          </div>
        </div>
      )}
    </Page>
  );
}

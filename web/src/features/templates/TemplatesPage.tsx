// The templates from which schemas are made: the newest version of each, and how many spares are ready.
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { PoolBody, TemplateBody } from '@tenantry/react/client';
import { EmptyState, ErrorState, RelativeTime } from '@tenantry/react/ui';
import { pool, templates } from '@/lib/fleet';
import { formatCount } from '@/lib/words';
import { DataTable, type Column } from '@/components/DataTable';
import { RowSkeletons } from '@/components/Listing';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';

interface Row {
  newest: TemplateBody;
  versions: number;
  pool: PoolBody | undefined;
}

const columns: Column<Row>[] = [
  {
    name: 'Template',
    cell: ({ newest }) => (
      <Link
        to="/templates/$name"
        params={{ name: newest.name }}
        className="font-medium underline-offset-4 hover:underline"
      >
        {newest.name}
      </Link>
    ),
  },
  { name: 'Newest version', cell: ({ newest }) => newest.version, end: true },
  { name: 'Versions', cell: ({ versions }) => formatCount(versions), end: true },
  { name: 'Migrations', cell: ({ newest }) => formatCount(newest.migrations.length), end: true },
  { name: 'Relations', cell: ({ newest }) => formatCount(newest.relations), end: true },
  {
    name: 'Spares ready',
    cell: ({ newest, pool: spares }) =>
      newest.spares === 'none'
        ? 'cannot have any'
        : spares
          ? `${readyOf(spares)} of ${spares.ceiling}`
          : '–',
    end: true,
  },
  {
    name: 'Made',
    cell: ({ newest }) => <RelativeTime at={newest.createdAt} />,
    end: true,
    tight: true,
  },
];

/** The spares of the newest version that can be claimed. */
const readyOf = (spares: PoolBody) =>
  spares.ready.find((each) => each.version === spares.version)?.ready ?? 0;

export function TemplatesPage() {
  const query = useQuery(templates());
  const byName = Map.groupBy(query.data?.items ?? [], (each) => each.name);
  const newest = [...byName.values()].flatMap((versions) =>
    versions.toSorted((a, b) => b.version - a.version).slice(0, 1),
  );
  const pools = useQueries({ queries: newest.map((each) => pool(each.name)) });
  const rows = newest.map((each, index) => ({
    newest: each,
    versions: byName.get(each.name)?.length ?? 1,
    pool: pools[index]?.data,
  }));
  return (
    <Page
      title="Templates"
      lead="What new schemas are made from: your own migration folder, checked, proved and kept by version."
    >
      <Panel title="All templates" flush>
        {query.isPending && <RowSkeletons label="Templates" rows={2} />}
        {query.isError && !query.data && (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data && rows.length === 0 && (
          <EmptyState
            title="No templates yet"
            description={
              <>
                Make one from a migration folder:{' '}
                <code>tenantry template create default --from ./migrations</code>
              </>
            }
          />
        )}
        {rows.length > 0 && (
          <DataTable
            label="Templates"
            rows={rows}
            columns={columns}
            keyOf={(row) => row.newest.name}
          />
        )}
      </Panel>
    </Page>
  );
}

// The ledger of drills: which backup was restored and compared when, how it ended, and how long recovery took.
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import type { DrillBody } from '@tenantry/react/client';
import { Badge, formatDuration, RelativeTime } from '@tenantry/react/ui';
import { drills } from '@/lib/fleet';
import { formatCount } from '@/lib/words';
import type { Column } from '@/components/DataTable';
import { Filters } from '@/components/Filters';
import { Listing } from '@/components/Listing';
import { OperationLink } from '@/components/OperationLink';
import { Panel } from '@/components/Panel';
import { SchemaLink } from '@/components/SchemaLink';

const route = getRouteApi('/house/backups');
const outcomes = {
  verified: { tone: 'good', word: 'Verified' },
  differs: { tone: 'bad', word: 'Differs' },
  failed: { tone: 'bad', word: 'Not restorable' },
} as const;

const columns: Column<DrillBody>[] = [
  { name: 'When', cell: (row) => <RelativeTime at={row.drilledAt} />, tight: true },
  { name: 'Schema', cell: (row) => <SchemaLink name={row.schema} /> },
  {
    name: 'Outcome',
    cell: (row) => {
      const face = outcomes[row.outcome as keyof typeof outcomes] ?? outcomes.failed;
      return <Badge tone={face.tone}>{face.word}</Badge>;
    },
    tight: true,
  },
  {
    name: 'Recovery time',
    cell: (row) => (typeof row.restoreMs === 'number' ? formatDuration(row.restoreMs) : '–'),
    end: true,
    tight: true,
  },
  {
    name: 'Compared',
    cell: (row) =>
      typeof row.rows === 'number' && typeof row.compareMs === 'number'
        ? `${formatCount(row.rows)} rows in ${formatDuration(row.compareMs)}`
        : '–',
    end: true,
  },
  {
    name: 'Operation',
    cell: (row) => <OperationLink id={row.operation}>verify_backup</OperationLink>,
    end: true,
    tight: true,
  },
];

export function Drills() {
  const { schema } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(drills(schema));
  const clear = () => void navigate({ search: { view: 'drills' } });
  return (
    <Panel
      title="Drills"
      note="A drill restores a backup into a schema of its own, compares every row, and drops it."
      flush
      actions={
        <>
          <Filters
            filters={[
              {
                kind: 'text',
                label: 'Schema',
                value: schema,
                onChange: (value) =>
                  void navigate({ search: (old) => ({ ...old, schema: value }), replace: true }),
              },
            ]}
            onClear={schema ? clear : undefined}
          />
          <a
            href={`/api/admin/drills/export${schema ? `?schema=${encodeURIComponent(schema)}` : ''}`}
            download="drills.csv"
            className="inline-flex h-8 items-center gap-1.5 rounded-md border bg-background px-3 font-medium hover:bg-accent"
          >
            <Download aria-hidden="true" className="size-4" />
            CSV
          </a>
        </>
      }
    >
      <Listing
        label="Drills"
        query={query}
        columns={columns}
        keyOf={(row) => row.operation}
        empty={{
          title: 'No drill yet',
          description: 'Verify backups to know that they restore, and how long it takes.',
        }}
        onClear={schema ? clear : undefined}
      />
    </Panel>
  );
}

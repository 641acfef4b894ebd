// The columns of every list of audit records.
import { Link } from '@tanstack/react-router';
import type { AuditRecord } from '@tenantry/react/client';
import { StateBadge, RelativeTime } from '@tenantry/react/ui';
import { sentence } from '@/lib/words';
import { Code } from './Code';
import type { Column } from './DataTable';
import { SchemaLink } from './SchemaLink';

export function auditColumns(of: { schema: boolean }): Column<AuditRecord>[] {
  return [
    { name: 'When', cell: (row) => <RelativeTime at={row.at} />, tight: true },
    { name: 'What', cell: (row) => <span className="font-medium">{sentence(row.action)}</span> },
    ...(of.schema
      ? [
          {
            name: 'Schema',
            cell: (row: AuditRecord) => (row.schema ? <SchemaLink name={row.schema} /> : '–'),
          },
        ]
      : []),
    { name: 'Outcome', cell: (row) => <Outcome outcome={row.outcome} />, tight: true },
    { name: 'Who', cell: (row) => row.actor },
    {
      name: 'From',
      cell: (row) => (
        <span className="text-muted-foreground">
          {row.source}
          {row.address ? `, ${row.address}` : ''}
        </span>
      ),
    },
    {
      name: 'More',
      end: true,
      silent: true,
      cell: (row) => <More record={row} />,
    },
  ];
}

function Outcome({ outcome }: { outcome: string }) {
  return (
    <StateBadge state={outcome === 'accepted' ? 'queued' : outcome} word={sentence(outcome)} />
  );
}

function More({ record }: { record: AuditRecord }) {
  const hasDetail =
    typeof record.detail === 'object' &&
    record.detail !== null &&
    Object.keys(record.detail).length > 0;
  return (
    <div className="flex flex-wrap items-center justify-end gap-x-3">
      {hasDetail && (
        <details className="text-start">
          <summary className="min-h-6 text-xs text-muted-foreground">Detail</summary>
          <Code label={`Detail of record ${record.id}`} className="max-w-80 bg-muted">
            {JSON.stringify(record.detail, null, 2)}
          </Code>
        </details>
      )}
      {record.operationId && (
        <Link
          to="/operations/$id"
          params={{ id: record.operationId }}
          className="text-xs text-muted-foreground underline underline-offset-4 hover:text-foreground"
          aria-label={`Operation of record ${record.id}`}
        >
          Operation
        </Link>
      )}
    </div>
  );
}

// The columns of every list of operations.
import type { OperationBody } from '@tenantry/react/client';
import { formatDuration, RelativeTime } from '@tenantry/react/ui';
import { errorText, isActive } from '@/lib/operation';
import type { Column } from './DataTable';
import { OperationLink } from './OperationLink';
import { OperationBadge } from './OperationBadge';
import { OperationProgress } from './OperationProgress';
import { SchemaLink } from './SchemaLink';

export function operationColumns(of: { schema: boolean }): Column<OperationBody>[] {
  return [
    { name: 'Operation', cell: (row) => <OperationLink id={row.id}>{row.kind}</OperationLink> },
    ...(of.schema
      ? [{ name: 'Schema', cell: (row: OperationBody) => <SchemaLink name={row.schema} /> }]
      : []),
    { name: 'State', cell: (row) => <OperationBadge operation={row} />, tight: true },
    {
      name: 'Progress',
      cell: (row) =>
        isActive(row) ? (
          <div className="w-36">
            <OperationProgress operation={row} label={`Progress of ${row.kind}`} />
          </div>
        ) : (
          <span className="block max-w-80 truncate text-muted-foreground">
            {errorText(row) ?? steps(row)}
          </span>
        ),
    },
    { name: 'Asked for by', cell: (row) => row.actor },
    {
      name: 'Took',
      cell: (row) => (typeof row.durationMs === 'number' ? formatDuration(row.durationMs) : '–'),
      end: true,
      tight: true,
    },
    {
      name: 'Asked for',
      cell: (row) => <RelativeTime at={row.createdAt} />,
      end: true,
      tight: true,
    },
  ];
}

const steps = (operation: OperationBody) =>
  `${operation.progress.done} of ${operation.progress.total} ${operation.progress.total === 1 ? 'step' : 'steps'}`;

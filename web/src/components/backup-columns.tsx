// The columns of every list of backups.
import type { BackupBody, Verification } from '@tenantry/react/client';
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import { Badge, formatBytes, formatDuration, RelativeTime } from '@tenantry/react/ui';
import { formatCount, sentence } from '@/lib/words';
import type { Column } from './DataTable';
import { SchemaLink } from './SchemaLink';

interface BackupColumnsOptions {
  schema: boolean;
  onOpen: (backup: BackupBody) => void;
}

export function backupColumns({ schema, onOpen }: BackupColumnsOptions): Column<BackupBody>[] {
  return [
    {
      name: 'Taken',
      cell: (row) => (
        <button
          type="button"
          className="min-h-6 font-medium underline-offset-4 hover:underline"
          onClick={() => onOpen(row)}
        >
          <RelativeTime at={row.takenAt} />
        </button>
      ),
      tight: true,
    },
    ...(schema
      ? [{ name: 'Schema', cell: (row: BackupBody) => <SchemaLink name={row.schema} /> }]
      : []),
    {
      name: 'Verified',
      cell: (row) => <VerificationBadge verification={row.verification} />,
      tight: true,
    },
    {
      name: 'Recovery time',
      cell: (row) =>
        typeof row.verification.restoreMs === 'number'
          ? formatDuration(row.verification.restoreMs)
          : 'not measured',
      end: true,
      tight: true,
    },
    { name: 'Size', cell: (row) => formatBytes(row.archiveBytes), end: true, tight: true },
    { name: 'Rows', cell: (row) => formatCount(row.rows), end: true, tight: true },
    { name: 'Why', cell: (row) => sentence(row.reason) },
    { name: 'Standing', cell: (row) => <Standing backup={row} />, tight: true },
  ];
}

/** Whether it was restored and compared. Only that is called verified. */
export function VerificationBadge({ verification }: { verification: Verification }) {
  if (verification.state === 'verified') {
    return (
      <Badge tone="good" title={verification.verifiedAt ?? undefined}>
        <ShieldCheck aria-hidden="true" />
        Verified
      </Badge>
    );
  }
  if (verification.state === 'failed') {
    return (
      <Badge tone="bad" title={verification.failure ?? undefined}>
        <ShieldAlert aria-hidden="true" />
        Found bad
      </Badge>
    );
  }
  return (
    <Badge>
      <ShieldQuestion aria-hidden="true" />
      Not yet
    </Badge>
  );
}

function Standing({ backup }: { backup: BackupBody }) {
  if (backup.removedAt) return <Badge>Removed</Badge>;
  if (backup.hold)
    return (
      <Badge tone="busy" title={backup.hold}>
        On hold
      </Badge>
    );
  if (backup.condemnedAt)
    return (
      <Badge tone="warning" title={backup.condemnedWhy ?? undefined}>
        To be removed
      </Badge>
    );
  return <Badge>Stored</Badge>;
}

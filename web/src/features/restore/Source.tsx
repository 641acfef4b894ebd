// Step 1: which backup. A verified one is known to restore; the newest of those is offered first.
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { BackupBody } from '@tenantry/react/client';
import { Button, formatBytes, RelativeTime } from '@tenantry/react/ui';
import { backups } from '@/lib/fleet';
import { formatCount } from '@/lib/words';
import { VerificationBadge } from '@/components/backup-columns';
import type { Column } from '@/components/DataTable';
import { Listing } from '@/components/Listing';
import { Panel } from '@/components/Panel';

const route = getRouteApi('/house/schemas/$name/restore');

export function Source({ name }: { name: string }) {
  const query = useInfiniteQuery(backups({ schema: name }));
  const navigate = route.useNavigate();
  const columns = columnsOf((row) => void navigate({ search: { step: 'target', backup: row.id } }));
  return (
    <Panel title="Which backup" note="A verified one was restored and compared before." flush>
      <Listing
        label={`Backups of ${name}`}
        query={query}
        columns={columns}
        keyOf={(row) => row.id}
        empty={{
          title: 'There is no backup of it',
          description: 'Nothing can be restored before one was taken.',
        }}
      />
    </Panel>
  );
}

function columnsOf(onChoose: (row: BackupBody) => void): Column<BackupBody>[] {
  return [
    {
      name: 'Taken',
      cell: (row) => <RelativeTime at={row.takenAt} className="font-medium" />,
      tight: true,
    },
    {
      name: 'Verified',
      cell: (row) => <VerificationBadge verification={row.verification} />,
      tight: true,
    },
    { name: 'Size', cell: (row) => formatBytes(row.archiveBytes), end: true },
    { name: 'Rows', cell: (row) => formatCount(row.rows), end: true },
    {
      name: 'Choose',
      silent: true,
      end: true,
      tight: true,
      cell: (row) => (
        <Button
          size="sm"
          aria-label={`Choose the backup of ${new Date(row.takenAt).toLocaleString()}`}
          onClick={() => onChoose(row)}
        >
          Choose
        </Button>
      ),
    },
  ];
}

// The keys that the institution's backups are sealed to. Destroying them makes every backup unreadable, for good.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { BackupKeyBody, SchemaBody } from '@tenantry/react/client';
import { Badge, Button, ConfirmDialog, ErrorState, RelativeTime } from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { useRefusal } from '@/lib/access';
import { backupKeys, client } from '@/lib/fleet';
import { DataTable, type Column } from '@/components/DataTable';
import { RowSkeletons } from '@/components/Listing';
import { Panel } from '@/components/Panel';

const columns: Column<BackupKeyBody>[] = [
  { name: 'Key', cell: (row) => row.epoch, tight: true },
  {
    name: 'Public half',
    cell: (row) => <code className="text-xs [overflow-wrap:anywhere]">{row.recipient}</code>,
  },
  {
    name: 'State',
    cell: (row) =>
      row.destroyedAt ? <Badge tone="bad">Destroyed</Badge> : <Badge tone="good">In use</Badge>,
    tight: true,
  },
  { name: 'Made', cell: (row) => <RelativeTime at={row.createdAt} />, end: true, tight: true },
];

export function BackupKeys({ schema }: { schema: SchemaBody }) {
  const query = useQuery(backupKeys(schema.name));
  const refusal = useRefusal('admin');
  const [asks, setAsks] = useState(false);
  const destroy = useAction<string>({
    run: (confirm, headers) =>
      client.destroyBackupKeys({ path: { name: schema.name }, body: { confirm }, headers }),
    done: () => 'The keys are being destroyed',
    onDone: () => setAsks(false),
  });
  const items = query.data?.items ?? [];
  const living = items.filter((key) => !key.destroyedAt).length;
  return (
    <Panel
      title="Keys"
      note="Each institution has its own; without it nobody can open its backups."
      flush
      actions={
        living > 0 && (
          <Button
            variant="destructive"
            size="sm"
            disabledReason={refusal}
            onClick={() => setAsks(true)}
          >
            Destroy keys…
          </Button>
        )
      }
    >
      {query.isPending && <RowSkeletons label="Keys" rows={1} />}
      {query.isError && !query.data && (
        <ErrorState error={query.error} inline onRetry={() => void query.refetch()} />
      )}
      {query.data && items.length === 0 && (
        <p className="px-4 pb-4 text-muted-foreground">It gets a key with its first backup.</p>
      )}
      {items.length > 0 && (
        <DataTable label="Keys" rows={items} columns={columns} keyOf={(row) => String(row.epoch)} />
      )}
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title={`Destroy the keys of ${schema.name}?`}
        verb="Destroy keys"
        expected={schema.name}
        destructive
        pending={destroy.isPending}
        error={destroy.error}
        onConfirm={() => destroy.start(schema.name)}
      >
        Nobody can open any of its backups afterwards, and nothing brings the keys back. A signed
        proof of it is kept.
      </ConfirmDialog>
    </Panel>
  );
}

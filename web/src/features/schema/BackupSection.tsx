// The institution's backups, and the keys that they are sealed to.
import { useMemo, useState } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { SchemaBody } from '@tenantry/react/client';
import { backups } from '@/lib/fleet';
import { backupColumns } from '@/components/backup-columns';
import { BackupSheet } from '@/components/BackupSheet';
import { Listing } from '@/components/Listing';
import { Panel } from '@/components/Panel';
import { BackupKeys } from './BackupKeys';

export function BackupSection({ schema }: { schema: SchemaBody }) {
  const query = useInfiniteQuery(backups({ schema: schema.name }));
  const [open, setOpen] = useState<string>();
  const columns = useMemo(
    () => backupColumns({ schema: false, onOpen: (row) => setOpen(row.id) }),
    [],
  );
  return (
    <div className="grid gap-5">
      <Panel title="Backups" note="The newest first" flush>
        <Listing
          label={`Backups of ${schema.name}`}
          query={query}
          columns={columns}
          keyOf={(row) => row.id}
          empty={{ title: 'No backups yet', description: '“Back up” above takes one now.' }}
        />
      </Panel>
      <BackupKeys schema={schema} />
      <BackupSheet id={open} onClose={() => setOpen(undefined)} />
    </div>
  );
}

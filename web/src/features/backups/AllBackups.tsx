// The catalogue of backups. Filters and the open backup are in the URL.
import { useMemo } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { backups } from '@/lib/fleet';
import { backupColumns } from '@/components/backup-columns';
import { BackupSheet } from '@/components/BackupSheet';
import { Filters } from '@/components/Filters';
import { Listing } from '@/components/Listing';
import { Panel } from '@/components/Panel';

const route = getRouteApi('/house/backups');

export function AllBackups() {
  const { schema, verified, removed, backup } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(
    backups({ schema, verified: verified === undefined ? undefined : verified === 'yes', removed }),
  );
  const columns = useMemo(
    () =>
      backupColumns({
        schema: true,
        onOpen: (row) => void navigate({ search: (old) => ({ ...old, backup: row.id }) }),
      }),
    [navigate],
  );
  const isFiltered = schema !== undefined || verified !== undefined || removed !== undefined;
  const clear = () => void navigate({ search: {} });
  return (
    <Panel
      title="All backups"
      note="The newest first"
      flush
      actions={
        <Filters
          filters={[
            {
              kind: 'text',
              label: 'Schema',
              value: schema,
              onChange: (value) =>
                void navigate({ search: (old) => ({ ...old, schema: value }), replace: true }),
            },
            {
              kind: 'choice',
              label: 'Verified',
              value: verified,
              choices: [
                { value: 'yes', label: 'Verified' },
                { value: 'no', label: 'Not verified' },
              ],
              onChange: (value) =>
                void navigate({
                  search: (old) => ({
                    ...old,
                    verified: value === 'yes' || value === 'no' ? value : undefined,
                  }),
                }),
            },
            {
              kind: 'choice',
              label: 'Store',
              value: removed ? 'removed' : undefined,
              choices: [{ value: 'removed', label: 'Also removed ones' }],
              onChange: (value) =>
                void navigate({ search: (old) => ({ ...old, removed: value ? true : undefined }) }),
            },
          ]}
          onClear={isFiltered ? clear : undefined}
        />
      }
    >
      <Listing
        label="Backups"
        query={query}
        columns={columns}
        keyOf={(row) => row.id}
        empty={{
          title: 'No backups yet',
          description: 'Back up all institutions now, or let a schedule do it each night.',
        }}
        onClear={isFiltered ? clear : undefined}
      />
      <BackupSheet
        id={backup}
        onClose={() => void navigate({ search: (old) => ({ ...old, backup: undefined }) })}
      />
    </Panel>
  );
}

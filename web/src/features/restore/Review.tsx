// Step 3: what will happen, with the numbers of the backup; where it takes the institution's place, its name is typed.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { BackupBody, RestoreRequestBody, SchemaBody } from '@tenantry/react/client';
import { useSchemaActions } from '@tenantry/react';
import {
  Button,
  ConfirmDialog,
  ErrorState,
  formatBytes,
  formatDuration,
  RelativeTime,
  Skeleton,
} from '@tenantry/react/ui';
import { useRefusal } from '@/lib/access';
import { backup as backupOptions } from '@/lib/fleet';
import { formatCount } from '@/lib/words';
import { VerificationBadge } from '@/components/backup-columns';
import { Facts } from '@/components/Facts';
import { Notice } from '@/components/Notice';
import { Panel } from '@/components/Panel';

const route = getRouteApi('/house/schemas/$name/restore');

interface ReviewProps {
  name: string;
  schema: SchemaBody | undefined;
  backup: string;
}

export function Review({ name, schema, backup }: ReviewProps) {
  const query = useQuery(backupOptions(backup));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const refusal = useRefusal('operator');
  const { restore } = useSchemaActions();
  const [asks, setAsks] = useState(false);
  if (query.isError && !query.data)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton className="h-64" />;
  const takesPlace = search.target === 'place';
  const body: RestoreRequestBody = takesPlace
    ? { inPlace: true }
    : { as: search.as, ...(search.tables ? { tables: search.tables.split(',') } : {}) };
  const begin = () =>
    void restore.mutateAsync({ name, backup, ...body }).then(
      (operation) => navigate({ search: { ...search, step: 'restored', operation: operation.id } }),
      () => setAsks(false),
    );
  return (
    <div className="grid gap-5">
      <Panel title="What will happen">
        <Plan schema={schema} backup={query.data} />
      </Panel>
      <Cautions backup={query.data} />
      {restore.error && <ErrorState error={restore.error} inline />}
      <div className="flex gap-2">
        <Button onClick={() => void navigate({ search: { ...search, step: 'target' } })}>
          Back
        </Button>
        <Button
          variant={takesPlace ? 'destructive' : 'primary'}
          disabledReason={refusal}
          pending={restore.isPending}
          onClick={() => (takesPlace ? setAsks(true) : begin())}
        >
          {takesPlace ? 'Restore…' : 'Restore'}
        </Button>
      </div>
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title={`Restore ${name} from this backup?`}
        verb="Restore"
        expected={name}
        destructive
        pending={restore.isPending}
        error={restore.error}
        onConfirm={begin}
      >
        The backup becomes the institution’s schema. What it takes the place of is kept for a week.
      </ConfirmDialog>
    </div>
  );
}

function Plan({ schema, backup }: { schema: SchemaBody | undefined; backup: BackupBody }) {
  const { target, as, tables } = route.useSearch();
  const places = {
    beside: `Beside the living schema, as ${as ?? ''}`,
    swap: `Beside it as ${as ?? ''}; then compared, and swapped in when you say so`,
    place: 'As the institution’s schema',
  };
  const { restoreMs } = backup.verification;
  return (
    <Facts
      facts={[
        { name: 'Backup', value: <RelativeTime at={backup.takenAt} /> },
        { name: 'Verified', value: <VerificationBadge verification={backup.verification} /> },
        { name: 'To', value: places[target ?? 'beside'] },
        {
          name: 'Tables',
          value: tables ? tables.split(',').join(', ') : `all ${formatCount(backup.tables)}`,
        },
        { name: 'Rows', value: formatCount(backup.rows) },
        { name: 'Opened it is', value: formatBytes(backup.plainBytes) },
        schema
          ? {
              name: 'What lives has',
              value: `${formatBytes(schema.usage.bytes)}, about ${formatCount(schema.usage.rowEstimate)} rows`,
            }
          : undefined,
        {
          name: 'It will take',
          value:
            typeof restoreMs === 'number'
              ? `about ${formatDuration(restoreMs)}, as its last drill`
              : 'not known; it was never drilled',
        },
      ]}
    />
  );
}

function Cautions({ backup }: { backup: BackupBody }) {
  if (backup.verification.state === 'failed') {
    return (
      <Notice mood="bad" title="A drill found this backup bad">
        {backup.verification.failure} Choose another one if there is any.
      </Notice>
    );
  }
  if (backup.verification.state === 'none') {
    return (
      <Notice mood="info" title="Nobody has proved yet that this backup restores">
        It is compared with its manifest while it is restored; a drill would have told before.
      </Notice>
    );
  }
  return null;
}

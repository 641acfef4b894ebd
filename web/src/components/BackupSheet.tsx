// One backup: how it was taken, whether it was proved, what is in it, and what can be done with it.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { BackupBody } from '@tenantry/react/client';
import {
  Button,
  ErrorState,
  Field,
  formatBytes,
  formatDuration,
  Input,
  RelativeTime,
  Sheet,
  Skeleton,
} from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { useRefusal } from '@/lib/access';
import { backup as backupOptions, client } from '@/lib/fleet';
import { tablesOf } from '@/lib/manifest';
import { formatCount, sentence } from '@/lib/words';
import { VerificationBadge } from './backup-columns';
import { Facts } from './Facts';
import { Notice } from './Notice';

interface BackupSheetProps {
  id: string | undefined;
  onClose: () => void;
}

export function BackupSheet({ id, onClose }: BackupSheetProps) {
  return (
    <Sheet open={id !== undefined} onOpenChange={(open) => !open && onClose()} title="Backup">
      {id && <Content id={id} />}
    </Sheet>
  );
}

function Content({ id }: { id: string }) {
  const query = useQuery(backupOptions(id));
  if (query.isPending) return <Skeleton className="h-96" />;
  if (query.isError && !query.data)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const backup = query.data;
  return (
    <div className="grid gap-5">
      <Ways backup={backup} />
      {backup.verification.state === 'failed' && (
        <Notice mood="bad" title="A drill found it bad">
          {backup.verification.failure}
        </Notice>
      )}
      {backup.condemnedAt && !backup.hold && !backup.removedAt && (
        <Notice mood="warning" title="Retention wants it gone">
          {backup.condemnedWhy}
        </Notice>
      )}
      <Facts
        facts={[
          { name: 'Schema', value: backup.schema },
          { name: 'Taken', value: <RelativeTime at={backup.takenAt} /> },
          backup.currentAt
            ? { name: 'Nothing changed until', value: <RelativeTime at={backup.currentAt} /> }
            : undefined,
          { name: 'Why', value: sentence(backup.reason) },
          { name: 'Verified', value: <VerificationBadge verification={backup.verification} /> },
          backup.verification.verifiedAt
            ? { name: 'Last drill', value: <RelativeTime at={backup.verification.verifiedAt} /> }
            : undefined,
          typeof backup.verification.restoreMs === 'number' && {
            name: 'Recovery time',
            value: formatDuration(backup.verification.restoreMs),
          },
          { name: 'Archive', value: formatBytes(backup.archiveBytes) },
          { name: 'Opened', value: formatBytes(backup.plainBytes) },
          {
            name: 'Tables, rows',
            value: `${formatCount(backup.tables)}, ${formatCount(backup.rows)}`,
          },
          { name: 'Taking it took', value: formatDuration(backup.tookMs) },
          { name: 'Written by', value: `${backup.engine}, PostgreSQL ${backup.serverVersion}` },
          { name: 'Sealed to key', value: backup.keyEpoch },
        ]}
      />
      <Hold backup={backup} />
      <Tables backup={backup} />
    </div>
  );
}

function Ways({ backup }: { backup: BackupBody }) {
  const refusal = useRefusal('operator');
  const verify = useAction({
    run: (_: void, headers) => client.verifyBackup({ path: { id: backup.id }, headers }),
    done: () => 'The drill is queued',
  });
  const isGone = backup.removedAt ? 'It was removed from the store.' : undefined;
  return (
    <div className="flex flex-wrap gap-2">
      {isGone || refusal ? (
        <Button variant="primary" disabledReason={isGone ?? refusal}>
          Restore…
        </Button>
      ) : (
        <Link
          to="/schemas/$name/restore"
          params={{ name: backup.schema }}
          search={{ step: 'target', backup: backup.id }}
          className="inline-flex h-8 items-center rounded-md bg-primary px-3 font-medium text-primary-foreground hover:bg-primary/90"
        >
          Restore…
        </Link>
      )}
      <Button
        disabledReason={isGone ?? refusal}
        pending={verify.isPending}
        onClick={() => verify.start()}
      >
        Verify now
      </Button>
    </div>
  );
}

function Hold({ backup }: { backup: BackupBody }) {
  const refusal = useRefusal('operator');
  const [why, setWhy] = useState(backup.hold ?? '');
  const hold = useAction<string | null>({
    run: (reason) => client.patchBackup({ path: { id: backup.id }, body: { hold: reason } }),
    done: (_, reason) =>
      reason ? 'It is kept, whatever retention says' : 'Retention decides again',
  });
  if (backup.removedAt) return null;
  return (
    <form
      className="flex items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (why.trim()) hold.start(why.trim());
      }}
    >
      <Field
        label="Keep it whatever retention says"
        help="Write why; others will ask."
        className="grow"
      >
        <Input value={why} maxLength={500} onChange={(event) => setWhy(event.target.value)} />
      </Field>
      <div className="flex gap-2 pb-6">
        <Button type="submit" disabledReason={refusal} pending={hold.isPending}>
          Hold
        </Button>
        {backup.hold && (
          <Button disabledReason={refusal} onClick={() => hold.start(null)}>
            Release
          </Button>
        )}
      </div>
    </form>
  );
}

function Tables({ backup }: { backup: BackupBody }) {
  const tables = tablesOf(backup);
  if (tables.length === 0) return null;
  return (
    <details>
      <summary className="font-medium">Tables in it</summary>
      <ul className="mt-2 rounded-md border">
        {tables.map((table) => (
          <li
            key={table.name}
            className="flex justify-between gap-4 border-b border-border/60 px-3 py-1 last:border-0"
          >
            <code className="min-w-0 truncate text-xs">{table.name}</code>
            <span className="text-xs text-muted-foreground">{formatCount(table.rows)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

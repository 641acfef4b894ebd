'use client';
// Choosing a backup and bringing it back: beside the living schema, or in the place of one that is gone.
import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { type FormEvent, useId, useState } from 'react';
import type { BackupBody, SchemaRow } from '../../client/index.js';
import { useFleet } from '../../fleet/context.js';
import { useLastPresent } from '../../hooks/use-last-present.js';
import type { SchemaActions } from '../../hooks/use-schema-actions.js';
import { backupsOptions } from '../../queries/options.js';
import { formatBytes } from '../../values/bytes.js';
import { Badge } from '../primitives/badge.js';
import { Button } from '../primitives/button.js';
import { Sheet } from '../primitives/dialog.js';
import { EmptyState } from '../primitives/empty-state.js';
import { ErrorState } from '../primitives/error-state.js';
import { Field, Input } from '../primitives/field.js';
import { RelativeTime } from '../primitives/relative-time.js';
import { Skeleton } from '../primitives/skeleton.js';

export interface RestoreSheetProps {
  schema: SchemaRow | null;
  action: SchemaActions['restore'];
  onClose: () => void;
  returnTo: () => HTMLElement | null;
}

export function RestoreSheet({ schema, action, onClose, returnTo }: RestoreSheetProps) {
  const { client } = useFleet();
  const form = useId();
  const shown = useLastPresent(schema);
  const backups = useQuery({
    ...backupsOptions(client, shown?.name ?? ''),
    enabled: schema !== null,
  });
  const items = backups.data?.items.filter((each) => each.state !== 'removed') ?? [];
  const close = () => {
    action.reset();
    onClose();
  };
  return (
    <Sheet
      open={schema !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={`Restore ${shown?.name ?? ''}`}
      description={
        shown !== null && isGone(shown)
          ? 'The backup becomes the institution’s schema again.'
          : 'The backup becomes a schema beside the living one, which is not touched.'
      }
      finalFocus={returnTo}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            type="submit"
            form={form}
            variant="primary"
            pending={action.isPending}
            disabledReason={items.length === 0 ? 'There is no backup to restore.' : undefined}
          >
            Restore backup
          </Button>
        </>
      }
    >
      {backups.isPending && <Skeleton className="tenantry:h-24" />}
      {backups.isError && (
        <ErrorState inline error={backups.error} onRetry={() => void backups.refetch()} />
      )}
      {backups.isSuccess && items.length === 0 && (
        <EmptyState
          title="No backups"
          description="Back it up first; then it can be restored from here."
        />
      )}
      {shown !== null && items.length > 0 && (
        <RestoreForm id={form} schema={shown} items={items} action={action} onAccepted={close} />
      )}
    </Sheet>
  );
}

/** What lives is never written over: a copy comes to stand beside it, and can be looked at first. */
function isGone(schema: SchemaRow): boolean {
  return schema.state === 'archived' || schema.state === 'purged';
}

interface RestoreFormProps {
  id: string;
  schema: SchemaRow;
  items: BackupBody[];
  action: SchemaActions['restore'];
  onAccepted: () => void;
}

function RestoreForm({ id, schema, items, action, onAccepted }: RestoreFormProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [as, setAs] = useState(`${schema.name}_restored`);
  const backup = chosen ?? items[0]?.id;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (backup === undefined) return;
    const where = isGone(schema) ? { inPlace: true } : { as: as.trim() };
    action.mutateAsync({ name: schema.name, backup, ...where }).then(onAccepted, () => {
      // The sheet stays and says why.
    });
  };
  return (
    <form id={id} onSubmit={submit} className="tenantry:flex tenantry:flex-col tenantry:gap-4">
      <BackupChoice items={items} chosen={backup} onChoose={setChosen} />
      {!isGone(schema) && (
        <Field
          label="Name of the new schema"
          help="It is kept for a week unless it is swapped in before."
        >
          <Input
            value={as}
            onChange={(event) => setAs(event.target.value)}
            className="tenantry:font-mono"
            spellCheck={false}
            autoComplete="off"
          />
        </Field>
      )}
      {action.error !== null && <ErrorState inline error={action.error} />}
    </form>
  );
}

interface BackupChoiceProps {
  items: BackupBody[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

function BackupChoice({ items, chosen, onChoose }: BackupChoiceProps) {
  const { locale } = useFleet();
  const group = useId();
  return (
    <fieldset className="tenantry:flex tenantry:flex-col tenantry:gap-1">
      <legend className="tenantry:mb-1.5 tenantry:text-sm tenantry:font-medium">Backup</legend>
      {items.map((backup) => (
        <label
          key={backup.id}
          className={clsx(
            'tenantry:flex tenantry:cursor-pointer tenantry:items-center tenantry:gap-2.5 tenantry:rounded-md tenantry:border tenantry:px-3 tenantry:py-2 tenantry:text-sm',
            backup.id === chosen
              ? 'tenantry:border-primary tenantry:bg-primary/5'
              : 'tenantry:border-border tenantry:hover:bg-muted/60',
          )}
        >
          <input
            type="radio"
            name={group}
            checked={backup.id === chosen}
            onChange={() => onChoose(backup.id)}
            className="tenantry:size-4 tenantry:accent-primary"
          />
          <RelativeTime at={backup.takenAt} className="tenantry:flex-1" />
          <span className="tenantry:text-xs tenantry:text-muted-foreground tenantry:tabular-nums">
            {formatBytes(backup.plainBytes, locale)}
          </span>
          <Badge
            tone={
              backup.verification.state === 'verified'
                ? 'good'
                : backup.verification.state === 'failed'
                  ? 'bad'
                  : 'neutral'
            }
          >
            {backup.verification.state === 'none' ? 'not verified' : backup.verification.state}
          </Badge>
        </label>
      ))}
    </fieldset>
  );
}

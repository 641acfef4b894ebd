'use client';
// How much a schema may use: a size of its own, or what its plan allows.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { SchemaBody } from '../../client/index.js';
import { useFleet } from '../../fleet/context.js';
import { useLastPresent } from '../../hooks/use-last-present.js';
import type { SchemaActions } from '../../hooks/use-schema-actions.js';
import { schemaOptions } from '../../queries/options.js';
import { formatBytes, parseBytes, quotaShare } from '../../values/bytes.js';
import type { SchemaSubject } from '../../values/schema-row.js';
import { Button } from '../primitives/button.js';
import { Dialog } from '../primitives/dialog.js';
import { ErrorState } from '../primitives/error-state.js';
import { Checkbox, Field, Input } from '../primitives/field.js';
import { Skeleton } from '../primitives/skeleton.js';
import { StorageBar } from '../primitives/storage-bar.js';

export interface QuotaDialogProps {
  /** The one that is edited; null closes the dialog. */
  schema: SchemaSubject | null;
  action: SchemaActions['setQuota'];
  onClose: () => void;
  returnTo: () => HTMLElement | null;
}

export function QuotaDialog({ schema, action, onClose, returnTo }: QuotaDialogProps) {
  const form = useId();
  const { client } = useFleet();
  const shown = useLastPresent(schema);
  // Read anew, because a change is made from what is true now.
  const whole = useQuery({
    ...schemaOptions(client, shown?.name ?? ''),
    enabled: schema !== null,
    staleTime: 0,
  });
  const close = () => {
    action.reset();
    onClose();
  };
  return (
    <Dialog
      open={schema !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={`Quota of ${shown?.name ?? ''}`}
      finalFocus={returnTo}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            type="submit"
            form={form}
            variant="primary"
            pending={action.isPending || whole.isPending}
          >
            Save quota
          </Button>
        </>
      }
    >
      {whole.isPending && <Skeleton className="tenantry:h-16" />}
      {whole.isError && (
        <ErrorState inline error={whole.error} onRetry={() => void whole.refetch()} />
      )}
      {whole.isSuccess && (
        <QuotaForm id={form} schema={whole.data} action={action} onSaved={close} />
      )}
    </Dialog>
  );
}

interface QuotaFormProps {
  id: string;
  schema: SchemaBody;
  action: SchemaActions['setQuota'];
  onSaved: () => void;
}

function QuotaForm({ id, schema, action, onSaved }: QuotaFormProps) {
  const { locale, notify } = useFleet();
  const [text, setText] = useState(() => writtenBytes(schema.quota.bytes));
  const [byPlan, setByPlan] = useState(schema.quota.source !== 'own');
  const parsed = parseBytes(text);
  const bytes = 'bytes' in parsed ? parsed.bytes : null;
  const share = quotaShare(schema.usage.bytes, bytes);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!byPlan && bytes === null) return;
    const quotaBytes = byPlan ? null : bytes;
    action.mutateAsync({ name: schema.name, quotaBytes, version: schema.version }).then(
      () => {
        notify.success({ title: `Quota of ${schema.name} saved` });
        onSaved();
      },
      () => {
        // The dialog stays and says why.
      },
    );
  };
  return (
    <form id={id} onSubmit={submit} className="tenantry:flex tenantry:flex-col tenantry:gap-4">
      <label className="tenantry:flex tenantry:items-center tenantry:gap-1 tenantry:text-sm">
        <Checkbox checked={byPlan} onChange={(event) => setByPlan(event.target.checked)} />
        What its plan allows
        {schema.plan === null || schema.plan === undefined ? '' : ` (${schema.plan})`}
      </label>
      {!byPlan && (
        <Field
          label="Size"
          help="A number and a unit, such as 10 GiB."
          error={'problem' in parsed && text !== '' ? parsed.problem : undefined}
        >
          <Input value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
      )}
      {!byPlan && bytes !== null && (
        <StorageBar bytes={schema.usage.bytes} quota={bytes} locale={locale} />
      )}
      {!byPlan && share !== null && share >= 1 && (
        <p className="tenantry:text-sm tenantry:text-warning">
          It already uses that much or more, so it may be kept from writing.
        </p>
      )}
      {action.error !== null && <ErrorState inline error={action.error} />}
    </form>
  );
}

/** A size as somebody would write it. */
function writtenBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return '';
  const text = formatBytes(bytes).replaceAll('\u00a0', ' ').replaceAll(',', '');
  const back = parseBytes(text);
  // Where the rounded size is another one, saving must not change it.
  return 'bytes' in back && back.bytes === bytes ? text : `${bytes} B`;
}

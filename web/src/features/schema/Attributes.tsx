// The form of an institution's attributes. It is sent with the version that it was read at, so that nobody's change is
// overwritten unseen.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { SchemaBody } from '@tenantry/react/client';
import { plansOptions, refusalOf, useFleet, useSchemaActions } from '@tenantry/react';
import { Button, ErrorState, Field, Input, Select, Textarea, toast } from '@tenantry/react/ui';
import { Panel } from '@/components/Panel';
import { patchOf, typedOf, type TypedAttributes } from './attributes';

export function Attributes({ schema }: { schema: SchemaBody }) {
  const { client, can } = useFleet();
  const { update } = useSchemaActions();
  const { data: plans } = useQuery(plansOptions(client));
  const before = typedOf(schema);
  const [typed, setTyped] = useState(before);
  const set = (change: Partial<TypedAttributes>) => setTyped((old) => ({ ...old, ...change }));
  const change = patchOf(before, typed);
  const hasChanged = 'problem' in change || Object.keys(change.patch).length > 0;
  const wrong = (field: keyof TypedAttributes) =>
    'problem' in change && change.field === field ? change.problem : undefined;
  const save = async () => {
    if ('problem' in change || !hasChanged) return;
    const { action: _, confirm: __, withoutBackup: ___, ...patch } = change.patch;
    await update.mutateAsync({ name: schema.name, patch, version: schema.version }).then(
      () => toast.success({ title: `${schema.name} is changed` }),
      () => undefined,
    );
  };
  return (
    <Panel title="Attributes" note={`The name ${schema.name} stays for life.`}>
      <form
        className="grid max-w-3xl gap-4 sm:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label="Name for people">
          <Input
            dir="auto"
            required
            maxLength={200}
            value={typed.displayName}
            onChange={(event) => set({ displayName: event.target.value })}
          />
        </Field>
        <Field label="What your own system calls it" optional>
          <Input
            value={typed.externalId}
            onChange={(event) => set({ externalId: event.target.value })}
          />
        </Field>
        <Field label="Plan">
          <Select value={typed.plan} onChange={(event) => set({ plan: event.target.value })}>
            <option value="">No plan</option>
            {plans?.items.map((plan) => (
              <option key={plan.name}>{plan.name}</option>
            ))}
          </Select>
        </Field>
        <Field
          label="Quota of its own"
          help="Such as 10 GiB. Empty for what its plan allows."
          error={wrong('quota')}
          optional
        >
          <Input value={typed.quota} onChange={(event) => set({ quota: event.target.value })} />
        </Field>
        <Field label="Contact" optional>
          <Input
            dir="auto"
            value={typed.contactName}
            onChange={(event) => set({ contactName: event.target.value })}
          />
        </Field>
        <Field label="E-mail" optional>
          <Input
            type="email"
            value={typed.contactEmail}
            onChange={(event) => set({ contactEmail: event.target.value })}
          />
        </Field>
        <Field label="Telephone" optional>
          <Input
            type="tel"
            value={typed.contactPhone}
            onChange={(event) => set({ contactPhone: event.target.value })}
          />
        </Field>
        <Field label="Labels" help="One a line: key=value" error={wrong('labels')} optional>
          <Textarea
            rows={3}
            spellCheck={false}
            value={typed.labels}
            onChange={(event) => set({ labels: event.target.value })}
          />
        </Field>
        {update.error && (
          <div className="sm:col-span-2">
            <ErrorState error={update.error} inline />
          </div>
        )}
        <div className="flex gap-2 sm:col-span-2">
          <Button
            type="submit"
            variant="primary"
            pending={update.isPending}
            disabledReason={
              refusalOf(can('update', schema)) ??
              (hasChanged ? undefined : 'Nothing is changed yet.')
            }
          >
            Save changes
          </Button>
          {hasChanged && <Button onClick={() => setTyped(before)}>Discard</Button>}
        </div>
      </form>
    </Panel>
  );
}

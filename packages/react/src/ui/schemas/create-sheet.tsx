'use client';
// A new institution: what people call it, its name, and where wanted template, plan and quota.
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { FleetClient, NewSchemaRequest, OperationBody } from '../../client/index.js';
import { useFleet } from '../../fleet/context.js';
import { useDelayedValue } from '../../hooks/use-delayed-value.js';
import type { SchemaActions } from '../../hooks/use-schema-actions.js';
import { fleetKeys } from '../../queries/keys.js';
import { plansOptions, templatesOptions } from '../../queries/options.js';
import { parseBytes } from '../../values/bytes.js';
import { LONGEST_SLUG, slugProblem, suggestSlug } from '../../values/slug.js';
import { Button } from '../primitives/button.js';
import { Sheet } from '../primitives/dialog.js';
import { ErrorState } from '../primitives/error-state.js';
import { Field, Input, Select } from '../primitives/field.js';

export interface CreateSheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  action: SchemaActions['create'];
  /** Called when the server has accepted it. */
  onCreated?: (operation: OperationBody) => void;
}

export function CreateSheet({ open, onOpenChange, action, onCreated }: CreateSheetProps) {
  const form = useId();
  const close = () => {
    action.reset();
    onOpenChange(false);
  };
  return (
    <Sheet
      open={open}
      onOpenChange={(next) => (next ? onOpenChange(true) : close())}
      title="Create institution"
      description="It gets a schema and a role of its own, made from a template."
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" pending={action.isPending}>
            Create institution
          </Button>
        </>
      }
    >
      <CreateForm
        id={form}
        action={action}
        onCreated={(operation) => {
          close();
          onCreated?.(operation);
        }}
      />
    </Sheet>
  );
}

interface CreateFormProps {
  id: string;
  action: SchemaActions['create'];
  onCreated: (operation: OperationBody) => void;
}

function CreateForm({ id, action, onCreated }: CreateFormProps) {
  const { client } = useFleet();
  const [displayName, setDisplayName] = useState('');
  const [typedName, setTypedName] = useState<string | null>(null);
  const [template, setTemplate] = useState('');
  const [plan, setPlan] = useState('');
  const [quota, setQuota] = useState('');
  const [touched, setTouched] = useState(false);
  const name = typedName ?? suggestSlug(displayName);
  const problem = useNameProblem(client, name);
  const parsed = quota.trim() === '' ? null : parseBytes(quota);
  const wrongQuota = parsed !== null && 'problem' in parsed ? parsed.problem : undefined;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTouched(true);
    if (problem !== null || wrongQuota !== undefined || action.isPending) return;
    const request: NewSchemaRequest = { name };
    if (displayName.trim() !== '') request.displayName = displayName.trim();
    if (template !== '') request.template = template;
    if (plan !== '') request.plan = plan;
    if (parsed !== null && 'bytes' in parsed) request.quotaBytes = parsed.bytes;
    action.mutateAsync(request).then(onCreated, () => {
      // The form stays as it is, and says why.
    });
  };
  return (
    <form
      id={id}
      onSubmit={submit}
      noValidate
      className="tenantry:flex tenantry:flex-col tenantry:gap-4"
    >
      <Field label="Display name" optional help="What people call it, in any script.">
        <Input
          dir="auto"
          value={displayName}
          onChange={(event) => setDisplayName(event.target.value)}
          maxLength={200}
          autoComplete="off"
        />
      </Field>
      <Field
        label="Name"
        help={`Lower-case letters, digits and _, at most ${LONGEST_SLUG}. It cannot be changed later.`}
        error={(touched || name !== '') && problem !== null ? problem : undefined}
      >
        <Input
          value={name}
          onChange={(event) => setTypedName(event.target.value)}
          className="tenantry:font-mono"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
        />
      </Field>
      <TemplateAndPlan template={template} onTemplate={setTemplate} plan={plan} onPlan={setPlan} />
      <Field
        label="Quota"
        optional
        help="What its plan allows, when it is left empty."
        error={wrongQuota}
      >
        <Input
          value={quota}
          onChange={(event) => setQuota(event.target.value)}
          placeholder="10 GiB"
        />
      </Field>
      {action.error !== null && <ErrorState inline error={action.error} />}
    </form>
  );
}

interface TemplateAndPlanProps {
  template: string;
  onTemplate: (template: string) => void;
  plan: string;
  onPlan: (plan: string) => void;
}

/** Only where there is something to choose from. */
function TemplateAndPlan({ template, onTemplate, plan, onPlan }: TemplateAndPlanProps) {
  const { client } = useFleet();
  const templates = useQuery(templatesOptions(client)).data?.items ?? [];
  const plans = useQuery(plansOptions(client)).data?.items ?? [];
  const names = [...new Set(templates.map((each) => each.name))];
  return (
    <>
      {names.length > 1 && (
        <Field label="Template">
          <Select value={template} onChange={(event) => onTemplate(event.target.value)}>
            <option value="">default</option>
            {names
              .filter((each) => each !== 'default')
              .map((each) => (
                <option key={each}>{each}</option>
              ))}
          </Select>
        </Field>
      )}
      {plans.length > 0 && (
        <Field label="Plan">
          <Select value={plan} onChange={(event) => onPlan(event.target.value)}>
            <option value="">The server’s default</option>
            {plans.map((each) => (
              <option key={each.name}>{each.name}</option>
            ))}
          </Select>
        </Field>
      )}
    </>
  );
}

/** Why a name cannot be used: by the rules at once, and after a pause because somebody has it. */
function useNameProblem(client: FleetClient, name: string): string | null {
  const wrong = slugProblem(name);
  const asked = useDelayedValue(name, 300);
  const taken = useQuery({
    queryKey: fleetKeys(client).room('taken', asked),
    queryFn: ({ signal }) => isTaken(client, asked, signal),
    enabled: asked !== '' && slugProblem(asked) === null,
    staleTime: 5000,
    retry: false,
  });
  if (wrong !== null) return wrong;
  if (asked === name && taken.data === true) return `There is an institution ${name} already.`;
  return null;
}

/** States in which a schema does not hold its name any more. */
const FREE = ['archived', 'purging', 'purged'];

/**
 * Whether somebody has the name. Looked up in the list, because asking for the schema itself would be answered with
 * 404 in the usual case, which browsers log as an error. Where too many names contain it, only the server can say.
 */
async function isTaken(client: FleetClient, name: string, signal: AbortSignal): Promise<boolean> {
  const { items } = await client.listSchemaRows({ query: { q: name, limit: 500 }, signal });
  return items.some((row) => row.name === name && !FREE.includes(row.state));
}

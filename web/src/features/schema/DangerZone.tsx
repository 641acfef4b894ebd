// What shuts an institution out, archives it, or removes it for good. Each says what follows before it is done.
import { useState, type ReactNode } from 'react';
import type { PatchAction, SchemaBody } from '@tenantry/react/client';
import { refusalOf, useFleet, useSchemaActions } from '@tenantry/react';
import { Button, ConfirmDialog } from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { useRefusal } from '@/lib/access';
import { client } from '@/lib/fleet';
import { whyNot } from './allowed';

export function DangerZone({ schema }: { schema: SchemaBody }) {
  return (
    <section aria-label="Danger zone" className="rounded-lg border border-bad/35 bg-card">
      <h2 className="px-4 pt-3 pb-2 text-sm font-semibold text-bad">Danger zone</h2>
      <ul className="divide-y border-t">
        {schema.state === 'suspended' ? <Resume schema={schema} /> : <Suspend schema={schema} />}
        {schema.adoption && <Adoption schema={schema} adopted={schema.adoption.readOnly} />}
        <Drop schema={schema} />
        <Purge schema={schema} />
      </ul>
    </section>
  );
}

function Row({ title, about, children }: { title: string; about: string; children: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3">
      <div className="min-w-0 grow basis-64">
        <h3 className="font-medium">{title}</h3>
        <p className="max-w-prose text-muted-foreground">{about}</p>
      </div>
      {children}
    </li>
  );
}

function Suspend({ schema }: { schema: SchemaBody }) {
  const [asks, setAsks] = useState(false);
  const { suspend } = useSchemaActions();
  const { can } = useFleet();
  const { name } = schema;
  return (
    <Row
      title="Suspend"
      about="Shuts the institution’s application out at once. Its data is untouched."
    >
      <Button
        disabledReason={refusalOf(can('suspend', schema)) ?? whyNot(schema, 'suspend')}
        onClick={() => setAsks(true)}
      >
        Suspend…
      </Button>
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title={`Suspend ${name}?`}
        verb="Suspend schema"
        pending={suspend.isPending}
        onConfirm={() => {
          suspend.mutate({ name });
          setAsks(false);
        }}
      >
        Its application’s sessions are ended, and new ones are refused until it is resumed.
      </ConfirmDialog>
    </Row>
  );
}

function Resume({ schema }: { schema: SchemaBody }) {
  const { resume } = useSchemaActions();
  const { can } = useFleet();
  return (
    <Row title="Resume" about="Lets the institution’s application in again.">
      <Button
        variant="primary"
        pending={resume.isPending}
        disabledReason={refusalOf(can('resume', schema))}
        onClick={() => resume.mutate({ name: schema.name })}
      >
        Resume
      </Button>
    </Row>
  );
}

function Adoption({ schema, adopted }: { schema: SchemaBody; adopted: boolean }) {
  const refusal = useRefusal('admin');
  const act = useAction<PatchAction>({
    run: (action, headers) =>
      client.patchSchema({ path: { name: schema.name }, body: { action }, headers }),
    done: (_, action) => (action === 'manage' ? 'It is being taken over' : 'It is being released'),
  });
  return (
    <Row
      title={adopted ? 'Manage it, or release it' : 'Release it'}
      about="Managing lets Tenantry change an adopted schema; releasing forgets it and leaves it as it is."
    >
      <span className="flex gap-2">
        {adopted && (
          <Button
            disabledReason={refusal ?? whyNot(schema, 'manage')}
            pending={act.isPending}
            onClick={() => act.start('manage')}
          >
            Manage
          </Button>
        )}
        <Button
          disabledReason={refusal ?? whyNot(schema, 'release')}
          onClick={() => act.start('release')}
        >
          Release
        </Button>
      </span>
    </Row>
  );
}

function Drop({ schema }: { schema: SchemaBody }) {
  const [asks, setAsks] = useState(false);
  const { drop } = useSchemaActions();
  const { can } = useFleet();
  const { name } = schema;
  return (
    <Row
      title="Drop"
      about="Archives the schema: its application is shut out, and it can be recovered for a time."
    >
      <Button
        variant="destructive"
        disabledReason={refusalOf(can('drop', schema)) ?? whyNot(schema, 'drop')}
        onClick={() => setAsks(true)}
      >
        Drop…
      </Button>
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title={`Drop ${name}?`}
        verb="Drop schema"
        expected={name}
        destructive
        pending={drop.isPending}
        onConfirm={() => {
          drop.mutate({ name, confirm: name });
          setAsks(false);
        }}
      >
        The institution is shut out, and its schema is renamed out of the way and sealed. It can be
        brought back until the date that its page then shows.
      </ConfirmDialog>
    </Row>
  );
}

function Purge({ schema }: { schema: SchemaBody }) {
  const [asks, setAsks] = useState(false);
  const [withoutBackup, setWithoutBackup] = useState(false);
  const { purge } = useSchemaActions();
  const { can } = useFleet();
  const { name } = schema;
  return (
    <Row
      title="Purge"
      about="Removes the schema for good, after a last backup that is verified. Only what was dropped can be purged."
    >
      <Button
        variant="destructive"
        disabledReason={refusalOf(can('purge', schema)) ?? whyNot(schema, 'purge')}
        onClick={() => setAsks(true)}
      >
        Purge…
      </Button>
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title={`Purge ${name} for good?`}
        verb="Purge schema"
        expected={name}
        destructive
        pending={purge.isPending}
        onConfirm={() => {
          purge.mutate({ name, confirm: name, withoutBackup });
          setAsks(false);
        }}
      >
        <p>Its schema and its role are removed. Nothing brings them back but a backup.</p>
        <label className="flex items-center gap-2 text-foreground">
          <input
            type="checkbox"
            className="size-4 accent-primary"
            checked={withoutBackup}
            onChange={(event) => setWithoutBackup(event.target.checked)}
          />
          Take no last backup
        </label>
      </ConfirmDialog>
    </Row>
  );
}

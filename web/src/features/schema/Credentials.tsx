// The roles that the institution's application logs in with, and giving them a password, which is shown once.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type {
  ApplicationRoleBody,
  CredentialsBody,
  CredentialsRole,
  SchemaBody,
} from '@tenantry/react/client';
import { Button, ConfirmDialog, Dialog, ErrorState, RelativeTime } from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { useRefusal } from '@/lib/access';
import { client, credentials } from '@/lib/fleet';
import { CopyField } from '@/components/CopyField';
import { DataTable, type Column } from '@/components/DataTable';
import { Facts } from '@/components/Facts';
import { RowSkeletons } from '@/components/Listing';
import { Notice } from '@/components/Notice';
import { Panel } from '@/components/Panel';

const roleWords: Record<CredentialsRole, string> = {
  application: 'Application',
  readOnly: 'Read only',
};

export function Credentials({ schema }: { schema: SchemaBody }) {
  const query = useQuery(credentials(schema.name));
  const refusal = useRefusal('operator');
  const [asked, setAsked] = useState<ApplicationRoleBody>();
  const [issued, setIssued] = useState<CredentialsBody>();
  const issue = useAction<ApplicationRoleBody, CredentialsBody>({
    run: (role) =>
      client.issueCredentials({
        path: { name: schema.name },
        body: { role: role.role, rotate: Boolean(role.passwordSetAt) },
      }),
    onDone: (made) => {
      setAsked(undefined);
      setIssued(made);
      void query.refetch();
    },
    errors: 'form',
  });
  return (
    <Panel title="Credentials" note="What the institution’s application logs in with." flush>
      {query.isPending && <RowSkeletons label="Roles" rows={2} />}
      {query.isError && !query.data && (
        <ErrorState error={query.error} inline onRetry={() => void query.refetch()} />
      )}
      {query.data && (
        <DataTable
          label="Roles"
          rows={query.data.items}
          columns={columns(refusal, setAsked)}
          keyOf={(row) => row.role}
        />
      )}
      <ConfirmDialog
        open={asked !== undefined}
        onOpenChange={(open) => !open && setAsked(undefined)}
        title={
          asked?.passwordSetAt
            ? `Replace the password of ${asked.user}?`
            : `Give ${asked?.user ?? ''} a password?`
        }
        verb={asked?.passwordSetAt ? 'Replace password' : 'Give password'}
        pending={issue.isPending}
        error={issue.error}
        onConfirm={() => asked && issue.start(asked)}
      >
        {asked?.passwordSetAt
          ? 'The old one is worth nothing at once: applications that have it cannot log in any more. Sessions that are open stay.'
          : 'It is shown once; only a verifier of it is kept.'}
      </ConfirmDialog>
      <Dialog
        open={issued !== undefined}
        onOpenChange={(open) => !open && setIssued(undefined)}
        title={`Credentials of ${schema.name}`}
        footer={
          <Button variant="primary" onClick={() => setIssued(undefined)}>
            I have kept it
          </Button>
        }
      >
        {issued && (
          <div className="grid gap-4">
            <Notice mood="warning">The password is shown now and never again.</Notice>
            <CopyField label="Connection string" text={issued.connectionString} />
            <CopyField label="Password" text={issued.password} />
            <Facts
              facts={[
                { name: 'User', value: <code className="text-xs">{issued.user}</code> },
                { name: 'Host', value: `${issued.host}:${issued.port}` },
                { name: 'Database', value: issued.database },
              ]}
            />
          </div>
        )}
      </Dialog>
    </Panel>
  );
}

function columns(
  refusal: string | undefined,
  onAsk: (role: ApplicationRoleBody) => void,
): Column<ApplicationRoleBody>[] {
  return [
    { name: 'Role', cell: (row) => <span className="font-medium">{roleWords[row.role]}</span> },
    { name: 'User', cell: (row) => <code className="text-xs">{row.user}</code> },
    { name: 'Sessions', cell: (row) => `at most ${row.connectionLimit}`, end: true },
    {
      name: 'Password',
      cell: (row) => <RelativeTime at={row.passwordSetAt} otherwise="none yet" />,
      end: true,
      tight: true,
    },
    {
      name: 'Actions',
      silent: true,
      end: true,
      tight: true,
      cell: (row) => (
        <Button size="sm" disabledReason={refusal} onClick={() => onAsk(row)}>
          {row.passwordSetAt ? 'New password…' : 'Give a password…'}
        </Button>
      ),
    },
  ];
}

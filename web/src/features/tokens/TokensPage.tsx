// Who may come in: the tokens, making one, and revoking one. A secret is shown once and then forgotten.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import type { IssuedToken, TokenBody } from '@tenantry/react/client';
import {
  Badge,
  Button,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  RelativeTime,
} from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { client, tokens } from '@/lib/fleet';
import { DataTable, type Column } from '@/components/DataTable';
import { RowSkeletons } from '@/components/Listing';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { NewToken } from './NewToken';
import { SecretOnce } from './SecretOnce';

export function TokensPage() {
  const query = useQuery(tokens());
  const [isMaking, setIsMaking] = useState(false);
  const [issued, setIssued] = useState<IssuedToken>();
  const [leaving, setLeaving] = useState<TokenBody>();
  const revoke = useAction<string>({
    run: (id) => client.revokeToken({ path: { id } }),
    done: () => 'The token is revoked',
    onDone: () => setLeaving(undefined),
  });
  const make = (
    <Button variant="primary" onClick={() => setIsMaking(true)}>
      <Plus aria-hidden="true" />
      New token
    </Button>
  );
  return (
    <Page
      title="Tokens"
      lead="What people and programs come in with. Only a hash of each is kept."
      actions={make}
    >
      <Panel title="All tokens" flush>
        {query.isPending && <RowSkeletons label="Tokens" rows={3} />}
        {query.isError && !query.data && (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data?.items.length === 0 && <EmptyState title="No tokens" action={make} />}
        {query.data && query.data.items.length > 0 && (
          <DataTable
            label="Tokens"
            rows={query.data.items}
            columns={columns(setLeaving)}
            keyOf={(row) => row.id}
          />
        )}
      </Panel>
      <NewToken
        isOpen={isMaking}
        onClose={() => setIsMaking(false)}
        onIssued={(token) => {
          setIsMaking(false);
          setIssued(token);
        }}
      />
      <SecretOnce issued={issued} onClose={() => setIssued(undefined)} />
      <ConfirmDialog
        open={leaving !== undefined}
        onOpenChange={(open) => !open && setLeaving(undefined)}
        title={`Revoke “${leaving?.name ?? ''}”?`}
        verb="Revoke token"
        destructive
        pending={revoke.isPending}
        error={revoke.error}
        onConfirm={() => leaving && revoke.start(leaving.id)}
      >
        Whoever uses it is shut out within five seconds, and its sessions end. It cannot be taken
        back.
      </ConfirmDialog>
    </Page>
  );
}

const standing = (token: TokenBody) => {
  if (token.revokedAt) return <Badge>Revoked</Badge>;
  if (Date.parse(token.expiresAt) < Date.now()) return <Badge>Expired</Badge>;
  return <Badge tone="good">Valid</Badge>;
};

function columns(onRevoke: (token: TokenBody) => void): Column<TokenBody>[] {
  return [
    { name: 'Name', cell: (row) => <span className="font-medium">{row.name}</span> },
    {
      name: 'Begins with',
      cell: (row) => <code className="text-xs text-muted-foreground">{row.prefix}…</code>,
    },
    { name: 'Role', cell: (row) => row.role },
    { name: 'State', cell: standing, tight: true },
    {
      name: 'Last used',
      cell: (row) => (row.lastUsedAt ? <RelativeTime at={row.lastUsedAt} /> : 'never'),
      end: true,
      tight: true,
    },
    { name: 'Expires', cell: (row) => <RelativeTime at={row.expiresAt} />, end: true, tight: true },
    {
      name: 'Actions',
      silent: true,
      end: true,
      tight: true,
      cell: (row) =>
        row.revokedAt ? null : (
          <Button size="sm" aria-label={`Revoke ${row.name}…`} onClick={() => onRevoke(row)}>
            Revoke…
          </Button>
        ),
    },
  ];
}

// Step 4: the restore as it runs, and afterwards the copy beside what lives, compared, with the way to swap it in.
import { useState } from 'react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useOperation } from '@tenantry/react';
import { Button, ErrorState, Skeleton } from '@tenantry/react/ui';
import { useRefusal } from '@/lib/access';
import { errorText, isActive } from '@/lib/operation';
import { ComparisonOf } from '@/components/ComparisonSheet';
import { Notice } from '@/components/Notice';
import { OperationBadge } from '@/components/OperationBadge';
import { OperationLink } from '@/components/OperationLink';
import { OperationProgress } from '@/components/OperationProgress';
import { Panel } from '@/components/Panel';
import { SwapDialog } from '@/components/SwapDialog';

const route = getRouteApi('/house/schemas/$name/restore');

export function Restored({ name, operation: id }: { name: string; operation: string }) {
  const { as, target, tables } = route.useSearch();
  const { data: operation, error, refetch } = useOperation(id);
  if (error && !operation) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!operation) return <Skeleton className="h-40" />;
  return (
    <div className="grid gap-5">
      <Panel title="The restore" actions={<OperationBadge operation={operation} />}>
        {isActive(operation) ? (
          <>
            <OperationProgress operation={operation} label="Progress of the restore" />
            <p className="mt-3 text-muted-foreground">
              You may leave this page; the restore goes on, and the dock shows it.
            </p>
          </>
        ) : operation.state === 'succeeded' ? (
          <Notice
            mood="good"
            title={as ? `It is restored as ${as}` : 'The institution lives in the restored schema'}
          />
        ) : (
          <Notice mood="bad" title="It was not restored">
            {errorText(operation)}
          </Notice>
        )}
        <p className="mt-3 flex gap-4">
          <OperationLink id={id}>restore_backup</OperationLink>
          <Link
            to="/schemas/$name/{-$section}"
            params={{ name, section: as ? 'copies' : undefined }}
            className="font-medium underline-offset-4 hover:underline"
          >
            {as ? 'All copies' : 'To the institution'}
          </Link>
        </p>
      </Panel>
      {operation.state === 'succeeded' && as && !tables && (
        <CompareAndSwap name={name} copy={as} isWanted={target === 'swap'} />
      )}
    </div>
  );
}

function CompareAndSwap({
  name,
  copy,
  isWanted,
}: {
  name: string;
  copy: string;
  isWanted: boolean;
}) {
  const refusal = useRefusal('operator');
  const [asks, setAsks] = useState(false);
  return (
    <Panel
      title="Compared with what lives"
      actions={
        <Button
          variant={isWanted ? 'primary' : 'secondary'}
          disabledReason={refusal}
          onClick={() => setAsks(true)}
        >
          Swap in…
        </Button>
      }
    >
      {refusal ? (
        <p className="text-muted-foreground">{refusal}</p>
      ) : (
        <ComparisonOf schema={name} copy={copy} />
      )}
      <SwapDialog schema={name} copy={asks ? copy : undefined} onClose={() => setAsks(false)} />
    </Panel>
  );
}

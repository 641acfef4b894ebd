// One operation: what it is going to do, how far it is, what it ran into, and the ways on.
import { useEffect, useRef, useState } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { OperationBody } from '@tenantry/react/client';
import { useNow, useOperation } from '@tenantry/react';
import {
  Button,
  ConfirmDialog,
  ErrorState,
  formatDuration,
  operationWords,
  RelativeTime,
  Skeleton,
} from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { useRefusal } from '@/lib/access';
import { client, operations } from '@/lib/fleet';
import {
  errorCause,
  errorHint,
  errorText,
  hasChildren,
  isActive,
  needsSomebody,
} from '@/lib/operation';
import { Code } from '@/components/Code';
import { Facts } from '@/components/Facts';
import { Listing } from '@/components/Listing';
import { Notice } from '@/components/Notice';
import { operationColumns } from '@/components/operation-columns';
import { OperationBadge } from '@/components/OperationBadge';
import { OperationProgress } from '@/components/OperationProgress';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { SchemaLink } from '@/components/SchemaLink';
import { Steps } from './Steps';

const route = getRouteApi('/house/operations/$id');

export function OperationPage() {
  const { id } = route.useParams();
  const { data: operation, error, refetch } = useOperation(id);
  const trail = (
    <Link to="/operations" className="hover:text-foreground hover:underline">
      Operations
    </Link>
  );
  if (!operation) {
    return (
      <Page title="Operation" trail={trail}>
        {error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="h-72 w-full" />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={operationWords(operation.kind).name}
      documentTitle={`${operationWords(operation.kind).name}${operation.schema ? `: ${operation.schema}` : ''}`}
      trail={trail}
      badge={<OperationBadge operation={operation} />}
      lead={<SchemaLink name={operation.schema} />}
      actions={<OperationActions operation={operation} />}
    >
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 gap-5">
          <Trouble operation={operation} />
          <Silence
            until={operation.leaseUntil}
            reread={async () => (await refetch()).data?.leaseUntil}
          />
          <Panel
            title="Steps"
            note={operation.plan.length > 0 ? operation.plan.join(' ') : undefined}
          >
            {isActive(operation) && (
              <div className="mb-3">
                <OperationProgress operation={operation} label="Progress" />
              </div>
            )}
            <Steps operation={operation} />
          </Panel>
          {hasChildren(operation) && <Children parent={operation.id} />}
        </div>
        <About operation={operation} />
      </div>
    </Page>
  );
}

function Trouble({ operation }: { operation: OperationBody }) {
  const text = errorText(operation);
  if (!text) return null;
  const mood = isActive(operation) ? 'warning' : operation.state === 'cancelled' ? 'info' : 'bad';
  const title = isActive(operation)
    ? 'Its last try ran into something; it is tried again by itself'
    : operation.state === 'cancelled'
      ? 'It was cancelled'
      : 'It did not succeed';
  const hint = errorHint(operation);
  const cause = errorCause(operation);
  return (
    <Notice mood={mood} title={title}>
      <p>{text}</p>
      {cause && <p className="mt-1">It began with: {cause}</p>}
      {hint && <p className="mt-1">{hint}</p>}
    </Notice>
  );
}

type Reread = () => Promise<string | null | undefined>;

/** A worker that is at it renews its lease every few seconds; one that does not has died or hangs. */
function Silence({ until, reread }: { until: string | null | undefined; reread: Reread }) {
  const now = useNow();
  const pastAt = until && now !== null && Date.parse(until) <= now ? now : null;
  const [silentSince, setSilentSince] = useState<string | null>();
  const read = useRef(reread);
  useEffect(() => {
    read.current = reread;
  });
  useEffect(() => {
    // what is on the page may be older than the last sign of life
    if (pastAt !== null) void read.current().then((again) => setSilentSince(again));
  }, [pastAt]);
  if (pastAt === null || silentSince !== until) return null;
  return (
    <Notice mood="warning" title="Nothing is heard of the worker that has it">
      It was to be heard of <RelativeTime at={until} />. If there is a server at work, it takes the
      operation over within a minute and goes on where this one stopped; nothing is lost.
    </Notice>
  );
}

function About({ operation }: { operation: OperationBody }) {
  return (
    <Panel title="About">
      <Facts
        facts={[
          { name: 'Asked for', value: <RelativeTime at={operation.createdAt} /> },
          { name: 'By', value: operation.actor },
          { name: 'Through', value: operation.source },
          operation.startedAt
            ? { name: 'Started', value: <RelativeTime at={operation.startedAt} /> }
            : undefined,
          isActive(operation) && operation.state !== 'running'
            ? { name: 'Due', value: <RelativeTime at={operation.runAt} /> }
            : undefined,
          operation.finishedAt
            ? { name: 'Ended', value: <RelativeTime at={operation.finishedAt} /> }
            : undefined,
          typeof operation.durationMs === 'number' && {
            name: 'Took',
            value: formatDuration(operation.durationMs),
          },
          { name: 'Tries of this step', value: operation.attempt },
          operation.parent
            ? {
                name: 'Belongs to',
                value: (
                  <Link
                    to="/operations/$id"
                    params={{ id: operation.parent }}
                    className="underline underline-offset-4"
                  >
                    another operation
                  </Link>
                ),
              }
            : undefined,
          operation.requestId
            ? { name: 'Request', value: <code className="text-xs">{operation.requestId}</code> }
            : undefined,
          { name: 'Id', value: <code className="text-xs">{operation.id}</code> },
        ]}
      />
      {operation.result ? (
        <details className="mt-3">
          <summary className="text-muted-foreground">What it brought about</summary>
          <Code label="What it brought about">{JSON.stringify(operation.result, null, 2)}</Code>
        </details>
      ) : null}
    </Panel>
  );
}

function OperationActions({ operation }: { operation: OperationBody }) {
  const [asks, setAsks] = useState(false);
  const refusal = useRefusal('operator');
  const path = { id: operation.id };
  const cancel = useAction({
    run: () => client.cancelOperation({ path }),
    done: () => 'Cancelling was asked for',
    onDone: () => setAsks(false),
  });
  const retry = useAction({
    run: () => client.retryOperation({ path }),
    done: () => 'It is queued again',
  });
  if (needsSomebody(operation)) {
    return (
      <Button
        variant="primary"
        disabledReason={refusal}
        pending={retry.isPending}
        onClick={() => retry.start()}
      >
        Retry
      </Button>
    );
  }
  if (!isActive(operation)) return null;
  return (
    <>
      <Button
        disabledReason={operation.cancelRequestedAt ? 'Cancelling was asked for already.' : refusal}
        onClick={() => setAsks(true)}
      >
        Cancel…
      </Button>
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title={`Cancel “${operationWords(operation.kind).name}”?`}
        verb="Stop it"
        pending={cancel.isPending}
        error={cancel.error}
        onConfirm={() => cancel.start()}
      >
        {hasChildren(operation)
          ? 'Those that belong to it and have not begun are cancelled, those under way stop; what is done stays done.'
          : 'It stops after the current step and undoes what it did, unless it is through before that.'}
      </ConfirmDialog>
    </>
  );
}

const childColumns = operationColumns({ schema: true });

function Children({ parent }: { parent: string }) {
  const query = useInfiniteQuery(operations({ parent }));
  return (
    <Panel title="What belongs to it" flush>
      <Listing
        label="Operations that belong to it"
        query={query}
        columns={childColumns}
        keyOf={(row) => row.id}
        empty={{
          title: 'Nothing belongs to it',
          description: 'There was nothing to do for any institution.',
        }}
      />
    </Panel>
  );
}

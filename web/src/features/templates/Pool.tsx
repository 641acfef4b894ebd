// The pool of spares of a template: how many are ready, and between which numbers it is held.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { PoolBody, PoolPatch } from '@tenantry/react/client';
import { Button, ErrorState, Field, Input, Sheet, Skeleton } from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { useRefusal } from '@/lib/access';
import { client, pool } from '@/lib/fleet';
import { formatCount } from '@/lib/words';
import { Facts } from '@/components/Facts';
import { OperationLink } from '@/components/OperationLink';
import { Panel } from '@/components/Panel';

export function Pool({ name }: { name: string }) {
  const query = useQuery(pool(name));
  const refusal = useRefusal('admin');
  const [isChanging, setIsChanging] = useState(false);
  const spares = query.data;
  return (
    <Panel
      title="Spares"
      note="Ready-made schemas; creating one of them takes milliseconds."
      actions={
        spares && (
          <Button size="sm" disabledReason={refusal} onClick={() => setIsChanging(true)}>
            Change…
          </Button>
        )
      }
    >
      {query.isPending && <Skeleton className="h-32" />}
      {query.isError && !spares && (
        <ErrorState error={query.error} inline onRetry={() => void query.refetch()} />
      )}
      {spares && (
        <Facts
          facts={[
            ...spares.ready.map((each) => ({
              name: `Ready of version ${each.version}`,
              value: `${formatCount(each.ready)}${each.broken > 0 ? `, ${formatCount(each.broken)} changed by hand` : ''}`,
            })),
            {
              name: 'Filled up below',
              value: spares.floor === 0 ? 'never' : formatCount(spares.floor),
            },
            { name: 'Filled up to', value: formatCount(spares.ceiling) },
            { name: 'Made in a second', value: `at most ${spares.rate}` },
            spares.refill
              ? {
                  name: 'Under way',
                  value: <OperationLink id={spares.refill}>refill_pool</OperationLink>,
                }
              : undefined,
          ]}
        />
      )}
      {spares && (
        <Sheet
          open={isChanging}
          onOpenChange={setIsChanging}
          title={`Spares of ${name}`}
          description="It holds within a second."
        >
          <PoolFields spares={spares} onDone={() => setIsChanging(false)} />
        </Sheet>
      )}
    </Panel>
  );
}

function PoolFields({ spares, onDone }: { spares: PoolBody; onDone: () => void }) {
  const [floor, setFloor] = useState(String(spares.floor));
  const [ceiling, setCeiling] = useState(String(spares.ceiling));
  const [rate, setRate] = useState(String(spares.rate));
  const change = useAction<PoolPatch>({
    run: (body) => client.updatePool({ path: { name: spares.template }, body }),
    done: () => 'The pool is changed',
    onDone,
    errors: 'form',
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        change.start({ floor: Number(floor), ceiling: Number(ceiling), rate: Number(rate) });
      }}
    >
      <Field
        label="Fill up below"
        help="With fewer ready spares than this the pool is filled up; 0 stops that."
      >
        <Input
          type="number"
          min={0}
          required
          value={floor}
          onChange={(event) => setFloor(event.target.value)}
        />
      </Field>
      <Field label="Fill up to" help="Those above it are dropped.">
        <Input
          type="number"
          min={0}
          required
          value={ceiling}
          onChange={(event) => setCeiling(event.target.value)}
        />
      </Field>
      <Field label="Made in a second, at most">
        <Input
          type="number"
          min={0.1}
          step={0.1}
          required
          value={rate}
          onChange={(event) => setRate(event.target.value)}
        />
      </Field>
      {change.error && <ErrorState error={change.error} inline />}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" pending={change.isPending}>
          Change pool
        </Button>
      </div>
    </form>
  );
}

// Copies of the institution's schema beside itself: snapshots, restored backups, and what a swap put aside. Each can be
// compared with what lives, swapped in, or dropped.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Camera } from 'lucide-react';
import type { CopyBody, SchemaBody } from '@tenantry/react/client';
import {
  Badge,
  Button,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  RelativeTime,
} from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { useRefusal } from '@/lib/access';
import { client, copies } from '@/lib/fleet';
import { ComparisonSheet } from '@/components/ComparisonSheet';
import { DataTable, type Column } from '@/components/DataTable';
import { RowSkeletons } from '@/components/Listing';
import { Panel } from '@/components/Panel';
import { SwapDialog } from '@/components/SwapDialog';
import { whyNot } from './allowed';

const route = getRouteApi('/house/schemas/$name/{-$section}');
const kinds: Record<string, string> = {
  snapshot: 'Snapshot',
  restored: 'Restored backup',
  replaced: 'Put aside by a swap',
  drill: 'Drill, goes by itself',
};

export function Copies({ schema }: { schema: SchemaBody }) {
  const { compare } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(copies(schema.name));
  const refusal = useRefusal('operator');
  const [swapped, setSwapped] = useState<CopyBody>();
  const [dropped, setDropped] = useState<CopyBody>();
  const look = (copy: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, compare: copy }) });
  const snapshot = useAction({
    run: (_: void, headers) =>
      client.createCopy({ path: { name: schema.name }, body: {}, headers }),
    done: () => 'A snapshot is being taken',
  });
  const drop = useAction<string>({
    run: (copy, headers) => client.dropCopy({ path: { name: schema.name, copy }, headers }),
    done: () => 'The copy is being dropped',
    onDone: () => setDropped(undefined),
  });
  const take = (
    <Button
      disabledReason={refusal ?? whyNot(schema, 'snapshot')}
      pending={snapshot.isPending}
      onClick={() => snapshot.start()}
    >
      <Camera aria-hidden="true" />
      Take snapshot
    </Button>
  );
  const items = query.data?.items ?? [];
  return (
    <Panel
      title="Copies"
      note="They are kept for a week and then go by themselves."
      flush
      actions={take}
    >
      {query.isPending && <RowSkeletons label="Copies" rows={2} />}
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && items.length === 0 && (
        <EmptyState
          title="No copies"
          description="A snapshot is the quickest way back; a restored backup appears here, too."
        />
      )}
      {items.length > 0 && (
        <DataTable
          label="Copies"
          rows={items}
          columns={columns({
            refusal,
            onCompare: (copy) => look(copy.name),
            onSwap: setSwapped,
            onDrop: setDropped,
          })}
          keyOf={(row) => row.id}
        />
      )}
      <ComparisonSheet schema={schema.name} copy={compare} onClose={() => look(undefined)} />
      <SwapDialog schema={schema.name} copy={swapped?.name} onClose={() => setSwapped(undefined)} />
      <ConfirmDialog
        open={dropped !== undefined}
        onOpenChange={(open) => !open && setDropped(undefined)}
        title={`Drop the copy ${dropped?.name ?? ''}?`}
        verb="Drop copy"
        destructive
        expected={dropped?.name}
        pending={drop.isPending}
        error={drop.error}
        onConfirm={() => dropped && drop.start(dropped.name)}
      >
        It is gone for good. The institution’s schema and its backups are not touched.
      </ConfirmDialog>
    </Panel>
  );
}

interface ColumnsOptions {
  refusal: string | undefined;
  onCompare: (copy: CopyBody) => void;
  onSwap: (copy: CopyBody) => void;
  onDrop: (copy: CopyBody) => void;
}

function columns({ refusal, onCompare, onSwap, onDrop }: ColumnsOptions): Column<CopyBody>[] {
  return [
    {
      name: 'Copy',
      cell: (row) => (
        <code className="text-xs font-medium [overflow-wrap:anywhere]">{row.name}</code>
      ),
    },
    { name: 'Kind', cell: (row) => <Badge>{kinds[row.kind] ?? row.kind}</Badge>, tight: true },
    { name: 'Made', cell: (row) => <RelativeTime at={row.madeAt} />, end: true, tight: true },
    {
      name: 'Goes',
      cell: (row) => <RelativeTime at={row.expiresAt} otherwise="never" />,
      end: true,
      tight: true,
    },
    {
      name: 'Actions',
      silent: true,
      end: true,
      tight: true,
      cell: (row) =>
        row.kind === 'drill' ? null : (
          <span className="flex flex-wrap justify-end gap-1.5">
            <Button size="sm" disabledReason={refusal} onClick={() => onCompare(row)}>
              Compare
            </Button>
            <Button size="sm" disabledReason={refusal} onClick={() => onSwap(row)}>
              Swap in…
            </Button>
            <Button size="sm" disabledReason={refusal} onClick={() => onDrop(row)}>
              Drop…
            </Button>
          </span>
        ),
    },
  ];
}

// What pruning would do now with each backup, and why; then doing exactly that.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { PruneDecision } from '@tenantry/react/client';
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
import { client, prunePlan } from '@/lib/fleet';
import { counted, formatCount } from '@/lib/words';
import { DataTable, type Column } from '@/components/DataTable';
import { RowSkeletons } from '@/components/Listing';
import { Panel } from '@/components/Panel';
import { SchemaLink } from '@/components/SchemaLink';

const faces = {
  keep: { word: 'Keep', tone: 'good' },
  condemn: { word: 'Mark for removal', tone: 'warning' },
  remove: { word: 'Remove', tone: 'bad' },
} as const;

const columns: Column<PruneDecision>[] = [
  {
    name: 'Decision',
    cell: (row) => {
      const face = faces[row.decision as keyof typeof faces] ?? faces.keep;
      return <Badge tone={face.tone}>{face.word}</Badge>;
    },
    tight: true,
  },
  { name: 'Schema', cell: (row) => <SchemaLink name={row.schema} /> },
  { name: 'Taken', cell: (row) => <RelativeTime at={row.takenAt} />, tight: true },
  { name: 'Verified', cell: (row) => (row.verified ? 'yes' : 'no') },
  {
    name: 'Why',
    cell: (row) => <span className="text-muted-foreground">{row.reasons.join('; ')}</span>,
  },
  {
    name: 'Goes',
    cell: (row) => (row.removedFrom ? <RelativeTime at={row.removedFrom} /> : '–'),
    end: true,
    tight: true,
  },
];

/** Decisions shown at first; those that change something come before the rest. */
const shownAtFirst = 100;
const ranks: Record<string, number> = { remove: 0, condemn: 1, keep: 2 };

export function Retention() {
  const query = useQuery(prunePlan());
  const refusal = useRefusal('operator');
  const [shown, setShown] = useState(shownAtFirst);
  const [asks, setAsks] = useState(false);
  const prune = useAction({
    run: (_: void, headers) => client.pruneBackups({ headers }),
    done: () => 'Retention is being applied',
    onDone: () => setAsks(false),
  });
  const all = (query.data?.items ?? []).toSorted(
    (a, b) => (ranks[a.decision] ?? 2) - (ranks[b.decision] ?? 2),
  );
  const countOf = (decision: string) => all.filter((each) => each.decision === decision).length;
  const doomed = all.filter((each) => each.decision !== 'keep');
  return (
    <Panel
      title="What retention would do now"
      note={
        query.data
          ? `Keeps ${formatCount(countOf('keep'))}, marks ${formatCount(countOf('condemn'))}, removes ${formatCount(countOf('remove'))}.`
          : undefined
      }
      flush
      actions={
        <>
          <Button pending={query.isFetching} onClick={() => void query.refetch()}>
            Look again
          </Button>
          <Button
            variant="destructive"
            disabledReason={
              refusal ?? (doomed.length === 0 ? 'There is nothing to remove.' : undefined)
            }
            onClick={() => setAsks(true)}
          >
            Apply…
          </Button>
        </>
      }
    >
      {query.isPending && <RowSkeletons label="Decisions" />}
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data && all.length === 0 && (
        <EmptyState
          title="There are no backups to decide on"
          description="Once some are taken, this shows which are kept, and why."
        />
      )}
      {all.length > 0 && (
        <>
          <DataTable
            label="Decisions"
            rows={all.slice(0, shown)}
            columns={columns}
            keyOf={(row) => row.backup}
          />
          <footer className="flex items-center justify-between border-t px-4 py-2.5 text-xs text-muted-foreground">
            <span role="status">
              Showing {formatCount(Math.min(shown, all.length))} of {formatCount(all.length)}
            </span>
            {shown < all.length && (
              <Button size="sm" onClick={() => setShown(shown + shownAtFirst)}>
                Show more
              </Button>
            )}
          </footer>
        </>
      )}
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title="Apply retention?"
        verb="Apply retention"
        expected={`prune ${doomed.length} backups`}
        destructive
        pending={prune.isPending}
        error={prune.error}
        onConfirm={() => prune.start()}
      >
        <p>
          {counted(countOf('condemn'), 'backup')} {countOf('condemn') === 1 ? 'is' : 'are'} marked
          and can be kept until the grace time is over; {counted(countOf('remove'), 'backup')}{' '}
          {countOf('remove') === 1 ? 'is' : 'are'} removed from the store now.
        </p>
      </ConfirmDialog>
    </Panel>
  );
}

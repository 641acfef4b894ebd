// The schedules: what each does, when it is due, whether it is silent; pausing, running, changing, making one.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import type { ScheduleBody } from '@tenantry/react/client';
import { Badge, Button, EmptyState, ErrorState, RelativeTime } from '@tenantry/react/ui';
import { useRefusal } from '@/lib/access';
import { schedules } from '@/lib/fleet';
import { counted, sentence } from '@/lib/words';
import { RowSkeletons } from '@/components/Listing';
import { Notice } from '@/components/Notice';
import { OperationLink } from '@/components/OperationLink';
import { Panel } from '@/components/Panel';
import { ScheduleActions } from './ScheduleActions';
import { ScheduleSheet } from './ScheduleSheet';
import { Slots } from './Slots';

const works: Record<string, string> = {
  backup: 'backup_schemas',
  verify: 'verify_backups',
  prune: 'prune_backups',
};

export function ScheduleList() {
  const query = useQuery(schedules());
  const refusal = useRefusal('admin');
  const [edited, setEdited] = useState<ScheduleBody | 'new'>();
  const make = (
    <Button variant="primary" disabledReason={refusal} onClick={() => setEdited('new')}>
      <Plus aria-hidden="true" />
      New schedule
    </Button>
  );
  return (
    <Panel
      title={query.data ? counted(query.data.total, 'schedule') : 'Schedules'}
      note="Each server may do the work of a slot; exactly one does."
      flush
      actions={make}
    >
      {query.isPending && <RowSkeletons label="Schedules" rows={3} />}
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data?.items.length === 0 && (
        <EmptyState
          title="No schedules yet"
          description="Back up each night, verify each week, prune each day."
          action={make}
        />
      )}
      <ul className="divide-y border-t empty:border-0">
        {query.data?.items.map((schedule) => (
          <Schedule key={schedule.name} schedule={schedule} onEdit={() => setEdited(schedule)} />
        ))}
      </ul>
      <ScheduleSheet edited={edited} onClose={() => setEdited(undefined)} />
    </Panel>
  );
}

function Schedule({ schedule, onEdit }: { schedule: ScheduleBody; onEdit: () => void }) {
  return (
    <li className="grid gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="font-medium">{schedule.name}</span>
        <span className="text-muted-foreground">{sentence(schedule.kind)}</span>
        <code className="rounded-sm bg-muted px-1.5 text-xs">{schedule.settings.cron}</code>
        <span className="text-xs text-muted-foreground">{schedule.settings.timeZone}</span>
        <Standing schedule={schedule} />
        <span className="ms-auto">
          <ScheduleActions schedule={schedule} onEdit={onEdit} />
        </span>
      </div>
      {schedule.finding && <Notice mood="warning">{schedule.finding}</Notice>}
      <div className="flex flex-wrap gap-x-6 gap-y-1 text-xs text-muted-foreground">
        <span>
          Next: {schedule.next ? <RelativeTime at={schedule.next.at} /> : 'never'}
          {schedule.next && ` (${schedule.next.local})`}
        </span>
        <span>
          Last: <RelativeTime at={schedule.lastFired} otherwise="never" />
          {schedule.lastOperation && (
            <>
              {', '}
              <OperationLink id={schedule.lastOperation}>
                {works[schedule.kind] ?? schedule.kind}
              </OperationLink>
            </>
          )}
        </span>
        {schedule.configured && <span>Written in the server’s settings</span>}
      </div>
      <Slots name={schedule.name} />
    </li>
  );
}

function Standing({ schedule }: { schedule: ScheduleBody }) {
  if (schedule.silent) return <Badge tone="bad">Silent</Badge>;
  if (!schedule.enabled) return <Badge>Off</Badge>;
  if (schedule.pausedAt) {
    return (
      <Badge tone="warning">
        Paused
        {schedule.pausedUntil ? (
          <>
            {' '}
            until <RelativeTime at={schedule.pausedUntil} />
          </>
        ) : (
          ''
        )}
      </Badge>
    );
  }
  return <Badge tone="good">On</Badge>;
}

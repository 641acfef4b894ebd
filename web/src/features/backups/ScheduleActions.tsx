// What can be done with a schedule. One that stands in the server's settings is changed and deleted there.
import { useState } from 'react';
import { MoreHorizontal } from 'lucide-react';
import type { ScheduleBody } from '@tenantry/react/client';
import {
  Button,
  ConfirmDialog,
  IconButton,
  Menu,
  MenuItem,
  MenuSeparator,
} from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { useRefusal } from '@/lib/access';
import { client } from '@/lib/fleet';

export function ScheduleActions({
  schedule,
  onEdit,
}: {
  schedule: ScheduleBody;
  onEdit: () => void;
}) {
  const refusal = useRefusal('operator');
  const adminRefusal = useRefusal('admin');
  const [asks, setAsks] = useState(false);
  const path = { name: schedule.name };
  const run = useAction({
    run: (_: void, headers) => client.runSchedule({ path, headers }),
    done: () => 'Its work is queued',
  });
  const pause = useAction<string | undefined>({
    run: (until, headers) => client.pauseSchedule({ path, headers, body: until ? { until } : {} }),
    done: () => `“${schedule.name}” is paused`,
  });
  const resume = useAction({
    run: (_: void, headers) => client.resumeSchedule({ path, headers }),
    done: () => `“${schedule.name}” goes on`,
  });
  const turn = useAction<boolean>({
    run: (enabled, headers) => client.patchSchedule({ path, headers, body: { enabled } }),
    done: (_, enabled) => `“${schedule.name}” is ${enabled ? 'on' : 'off'}`,
  });
  const remove = useAction({
    run: (_: void, headers) => client.deleteSchedule({ path, headers }),
    done: () => `“${schedule.name}” is deleted`,
    onDone: () => setAsks(false),
  });
  const fixed = schedule.configured
    ? 'It stands in the server’s settings; it is changed there.'
    : adminRefusal;
  return (
    <span className="flex items-center gap-2">
      <Button
        size="sm"
        disabledReason={refusal}
        pending={run.isPending}
        onClick={() => run.start()}
      >
        Run now
      </Button>
      <Menu
        label={`Actions for ${schedule.name}`}
        trigger={
          <IconButton label={`Actions for ${schedule.name}`} size="icon-sm">
            <MoreHorizontal />
          </IconButton>
        }
      >
        {schedule.pausedAt ? (
          <MenuItem disabledReason={refusal} onClick={() => resume.start()}>
            Resume
          </MenuItem>
        ) : (
          <>
            <MenuItem disabledReason={refusal} onClick={() => pause.start(inADay())}>
              Pause for a day
            </MenuItem>
            <MenuItem disabledReason={refusal} onClick={() => pause.start(undefined)}>
              Pause until resumed
            </MenuItem>
          </>
        )}
        <MenuItem disabledReason={fixed} onClick={onEdit}>
          Change…
        </MenuItem>
        <MenuItem disabledReason={fixed} onClick={() => turn.start(!schedule.enabled)}>
          {schedule.enabled ? 'Turn off' : 'Turn on'}
        </MenuItem>
        <MenuSeparator />
        <MenuItem destructive disabledReason={fixed} onClick={() => setAsks(true)}>
          Delete…
        </MenuItem>
      </Menu>
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title={`Delete the schedule “${schedule.name}”?`}
        verb="Delete schedule"
        destructive
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.start()}
      >
        Nothing happens by it any more. What it began goes on, and the backups stay.
      </ConfirmDialog>
    </span>
  );
}

const inADay = () => new Date(Date.now() + 86_400_000).toISOString();

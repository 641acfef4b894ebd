// What can be done with the backups of all institutions at once.
import { useState } from 'react';
import { Button, Menu, MenuItem, MenuSeparator, ConfirmDialog } from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { useRefusal } from '@/lib/access';
import { client } from '@/lib/fleet';

export function FleetActions() {
  const refusal = useRefusal('operator');
  const adminRefusal = useRefusal('admin');
  const [asks, setAsks] = useState(false);
  const backUp = useAction<boolean>({
    run: (skipUnchanged, headers) =>
      client.createBackup({ body: { all: true, skipUnchanged }, headers }),
    done: () => 'A backup of every institution is queued',
  });
  const verify = useAction<number | undefined>({
    run: (olderThanHours, headers) =>
      client.verifyBackups({
        body: olderThanHours === undefined ? {} : { olderThanHours },
        headers,
      }),
    done: () => 'Drills of the newest backups are queued',
  });
  const rotate = useAction({
    run: (_: void, headers) => client.rotateBackupKeys({ headers }),
    done: () => 'The keys are being sealed anew',
    onDone: () => setAsks(false),
  });
  return (
    <>
      <Menu
        trigger={<Button pending={verify.isPending}>Verify and keys</Button>}
        label="Verify and keys"
      >
        <MenuItem disabledReason={refusal} onClick={() => verify.start(168)}>
          Verify what was not in a week
        </MenuItem>
        <MenuItem disabledReason={refusal} onClick={() => verify.start(undefined)}>
          Verify every newest backup
        </MenuItem>
        <MenuSeparator />
        <MenuItem disabledReason={refusal} onClick={() => backUp.start(false)}>
          Back up all, also the unchanged
        </MenuItem>
        <MenuItem disabledReason={adminRefusal} onClick={() => setAsks(true)}>
          Seal the keys anew…
        </MenuItem>
      </Menu>
      <Button
        variant="primary"
        disabledReason={refusal}
        pending={backUp.isPending}
        onClick={() => backUp.start(true)}
      >
        Back up all
      </Button>
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title="Seal the keys of all institutions anew?"
        verb="Seal anew"
        pending={rotate.isPending}
        error={rotate.error}
        onConfirm={() => rotate.start()}
      >
        They are sealed to the recipients that stand in the server’s settings now. Archives are not
        touched, and the backups stay readable for those recipients.
      </ConfirmDialog>
    </>
  );
}

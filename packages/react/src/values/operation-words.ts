// What operations are called, and the verbs for them: while they run, and once they are done.
import type { OperationState } from '../client/index.js';

interface OperationWords {
  /** As a title: `Back up`. */
  name: string;
  /** While it runs: `Backing up`. */
  doing: string;
  /** When it has succeeded: `Backed up`. */
  done: string;
}

const KINDS: Record<string, OperationWords> = {
  adopt_schema: { name: 'Adopt', doing: 'Adopting', done: 'Adopted' },
  apply_plan: { name: 'Apply plan', doing: 'Applying plan', done: 'Plan applied' },
  backup_schema: { name: 'Back up', doing: 'Backing up', done: 'Backed up' },
  backup_schemas: {
    name: 'Back up the fleet',
    doing: 'Backing up the fleet',
    done: 'Fleet backed up',
  },
  block_writes: { name: 'Block writes', doing: 'Blocking writes', done: 'Writes blocked' },
  change_schemas: {
    name: 'Change institutions',
    doing: 'Changing institutions',
    done: 'Institutions changed',
  },
  create_schema: { name: 'Create', doing: 'Creating', done: 'Created' },
  create_template: {
    name: 'Create template',
    doing: 'Creating template',
    done: 'Template created',
  },
  destroy_backup_keys: {
    name: 'Destroy backup keys',
    doing: 'Destroying backup keys',
    done: 'Backup keys destroyed',
  },
  drop_copy: { name: 'Drop copy', doing: 'Dropping copy', done: 'Copy dropped' },
  drop_schema: { name: 'Drop', doing: 'Dropping', done: 'Dropped' },
  import_backups: { name: 'Import backups', doing: 'Importing backups', done: 'Backups imported' },
  import_schemas: { name: 'Import', doing: 'Importing', done: 'Imported' },
  manage_schema: { name: 'Manage', doing: 'Taking over', done: 'Managed' },
  prune_backups: { name: 'Prune backups', doing: 'Pruning backups', done: 'Backups pruned' },
  purge_schema: { name: 'Purge', doing: 'Purging', done: 'Purged' },
  refill_pool: { name: 'Make spares', doing: 'Making spares', done: 'Spares made' },
  release_schema: { name: 'Release', doing: 'Releasing', done: 'Released' },
  restore_backup: { name: 'Restore', doing: 'Restoring', done: 'Restored' },
  resume_schema: { name: 'Resume', doing: 'Resuming', done: 'Resumed' },
  rotate_backup_keys: {
    name: 'Rotate backup keys',
    doing: 'Rotating backup keys',
    done: 'Backup keys rotated',
  },
  snapshot_schema: { name: 'Take snapshot', doing: 'Taking snapshot', done: 'Snapshot taken' },
  suspend_schema: { name: 'Suspend', doing: 'Suspending', done: 'Suspended' },
  swap_schema: { name: 'Swap in copy', doing: 'Swapping in copy', done: 'Copy swapped in' },
  unblock_writes: { name: 'Unblock writes', doing: 'Unblocking writes', done: 'Writes unblocked' },
  undrop_schema: { name: 'Undo drop', doing: 'Bringing back', done: 'Brought back' },
  verify_backup: { name: 'Verify backup', doing: 'Verifying backup', done: 'Backup verified' },
  verify_backups: { name: 'Verify backups', doing: 'Verifying backups', done: 'Backups verified' },
};

/** The words for a kind; one that a newer server has is read from its name. */
export function operationWords(kind: string): OperationWords {
  const known = KINDS[kind];
  if (known !== undefined) return known;
  const text = kind.replaceAll('_', ' ');
  const name = text.charAt(0).toUpperCase() + text.slice(1);
  return { name, doing: name, done: `${name}: done` };
}

/** Whether an operation in this state has come to its end, or needs somebody before it goes on. */
export function isOver(state: OperationState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled' || state === 'stuck';
}

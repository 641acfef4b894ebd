// What can be read off an operation: whether it still goes on, whether others belong to it, and what it ran into.
import type { OperationBody, OperationState } from '@tenantry/react/client';

export const operationStates: readonly OperationState[] = [
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
  'stuck',
];

/** Every kind that the lists can be filtered by. */
export const operationKinds = [
  'create_schema',
  'import_schemas',
  'change_schemas',
  'suspend_schema',
  'resume_schema',
  'drop_schema',
  'undrop_schema',
  'purge_schema',
  'backup_schema',
  'backup_schemas',
  'verify_backup',
  'verify_backups',
  'restore_backup',
  'swap_schema',
  'snapshot_schema',
  'drop_copy',
  'prune_backups',
  'import_backups',
  'create_template',
  'refill_pool',
  'apply_plan',
  'block_writes',
  'unblock_writes',
  'adopt_schema',
  'manage_schema',
  'release_schema',
  'rotate_backup_keys',
  'destroy_backup_keys',
] as const;

const parents = new Set(['import_schemas', 'change_schemas', 'backup_schemas', 'verify_backups']);

type WithState = Pick<OperationBody, 'state'>;

/** Whether it has not ended yet. */
export const isActive = ({ state }: WithState): boolean =>
  state === 'queued' || state === 'running' || state === 'waiting';

/** Whether it ended in a way that somebody has to look at, and can be retried. */
export const needsSomebody = ({ state }: WithState): boolean =>
  state === 'failed' || state === 'stuck';

/** Whether its work is done by operations that belong to it. */
export const hasChildren = ({ kind }: Pick<OperationBody, 'kind'>): boolean => parents.has(kind);

/** What it ran into, in the server's words. */
export const errorText = (operation: OperationBody): string | undefined =>
  said(operation.error, 'message');

/** What the server advises about it. */
export const errorHint = (operation: OperationBody): string | undefined =>
  said(operation.error, 'hint');

/** What it ran into first, where undoing that failed as well. */
export const errorCause = ({ error }: OperationBody): string | undefined =>
  typeof error === 'object' && error !== null
    ? said(Reflect.get(error, 'cause'), 'message')
    : undefined;

function said(error: unknown, key: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : undefined;
}

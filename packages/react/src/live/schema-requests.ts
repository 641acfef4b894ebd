// What can be asked of the server for a schema: kind, request, and what can be done afterwards. One function
// each, so that a button, a bulk action and an Undo all ask in the same way.
import type {
  NewSchemaRequest,
  OperationBody,
  PatchAction,
  RestoreRequestBody,
  SchemaBody,
  SchemaPatch,
} from '../client/index.js';
import { type Asking, type Changing, newKey, submit } from './submit.js';

/** One institution. */
export interface Named {
  name: string;
}

/** One institution, its name typed once more. */
export interface Confirmed extends Named {
  confirm: string;
}

export interface PurgeRequest extends Confirmed {
  /** No last backup is taken and verified first. */
  withoutBackup?: boolean;
}

export interface RestoreRequest extends RestoreRequestBody, Named {
  /** The backup's id. */
  backup: string;
}

export interface UpdateRequest extends Named {
  patch: Omit<SchemaPatch, 'action' | 'confirm' | 'withoutBackup'>;
  /** The version that the change was made from; it is refused when there is a newer one. */
  version?: string;
}

type Manner = Pick<Asking, 'quiet' | 'settled'>;

export async function createSchema(
  fleet: Changing,
  body: NewSchemaRequest,
  manner?: Manner,
): Promise<OperationBody> {
  const operation = await submit(fleet, {
    kind: 'create_schema',
    schema: body.name,
    send: (headers) => fleet.client.createSchema({ body, headers }),
    ...manner,
  });
  // Its row is not in the lists yet, and whoever asked for it wants to see it.
  void fleet.sync.refreshLists();
  return operation;
}

export function backUp(fleet: Changing, { name }: Named, manner?: Manner): Promise<OperationBody> {
  return submit(fleet, {
    kind: 'backup_schema',
    schema: name,
    send: (headers) => fleet.client.createBackup({ body: { schema: name }, headers }),
    ...manner,
  });
}

export function verifyBackup(
  fleet: Changing,
  { backup, name }: Named & { backup: string },
): Promise<OperationBody> {
  return submit(fleet, {
    kind: 'verify_backup',
    schema: name,
    send: (headers) => fleet.client.verifyBackup({ path: { id: backup }, headers }),
  });
}

export function restoreBackup(
  fleet: Changing,
  { backup, name, ...body }: RestoreRequest,
): Promise<OperationBody> {
  return submit(fleet, {
    kind: 'restore_backup',
    schema: name,
    send: (headers) => fleet.client.restoreBackup({ path: { id: backup }, body, headers }),
  });
}

export function suspendSchema(fleet: Changing, { name }: Named, manner?: Manner) {
  return act(fleet, 'suspend', { kind: 'suspend_schema', schema: name, ...manner });
}

export function resumeSchema(fleet: Changing, { name }: Named, manner?: Manner) {
  return act(fleet, 'resume', { kind: 'resume_schema', schema: name, ...manner });
}

export function undropSchema(fleet: Changing, { name }: Named, manner?: Manner) {
  return act(fleet, 'undrop', { kind: 'undrop_schema', schema: name, ...manner });
}

export function purgeSchema(fleet: Changing, { name, ...more }: PurgeRequest, manner?: Manner) {
  return act(fleet, 'purge', { kind: 'purge_schema', schema: name, ...manner }, more);
}

export function dropSchema(
  fleet: Changing,
  { name, confirm }: Confirmed,
  manner?: Manner,
): Promise<OperationBody> {
  const undo = () => {
    undropSchema(fleet, { name }).catch((error: unknown) => {
      fleet.notify.error({
        title: `${name} could not be brought back`,
        description: String(error),
      });
    });
  };
  return submit(fleet, {
    kind: 'drop_schema',
    schema: name,
    send: (headers) => fleet.client.dropSchema({ path: { name }, body: { confirm }, headers }),
    afterwards: { label: 'Undo', run: undo },
    ...manner,
  });
}

/** Changes attributes, which needs no operation. */
export async function updateSchema(
  fleet: Changing,
  { name, patch, version }: UpdateRequest,
): Promise<SchemaBody> {
  const headers: Record<string, string> = { 'Idempotency-Key': newKey() };
  if (version !== undefined) headers['If-Match'] = `"${version}"`;
  const answer = await fleet.client.patchSchema({ path: { name }, body: patch, headers });
  const schema = answer as SchemaBody;
  fleet.sync.putSchema(schema);
  return schema;
}

function act(
  fleet: Changing,
  action: PatchAction,
  asking: Omit<Asking, 'send' | 'schema'> & { schema: string },
  more: Pick<SchemaPatch, 'confirm' | 'withoutBackup'> = {},
): Promise<OperationBody> {
  const path = { name: asking.schema };
  return submit(fleet, {
    ...asking,
    send: async (headers) => {
      const answer = await fleet.client.patchSchema({ path, body: { action, ...more }, headers });
      return answer as OperationBody;
    },
  });
}

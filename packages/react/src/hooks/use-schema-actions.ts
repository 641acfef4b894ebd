'use client';
// Everything that can be done to an institution's schema, each as an action of its own.
import { useCallback, useMemo } from 'react';
import type { FleetError, NewSchemaRequest, SchemaBody } from '../client/index.js';
import { useFleet } from '../fleet/context.js';
import {
  backUp,
  type Confirmed,
  createSchema,
  dropSchema,
  type Named,
  purgeSchema,
  type PurgeRequest,
  restoreBackup,
  type RestoreRequest,
  resumeSchema,
  suspendSchema,
  undropSchema,
  type UpdateRequest,
  updateSchema,
  verifyBackup,
} from '../live/schema-requests.js';
import { type Changing, noticeOfRefusal } from '../live/submit.js';
import { type Action, useAction } from './use-action.js';

export interface SchemaActions {
  create: Action<NewSchemaRequest>;
  backup: Action<Named>;
  verify: Action<Named & { backup: string }>;
  restore: Action<RestoreRequest>;
  suspend: Action<Named>;
  resume: Action<Named>;
  drop: Action<Confirmed>;
  undrop: Action<Named>;
  purge: Action<PurgeRequest>;
  /** Names, labels, plan, contact; anything that needs no operation. */
  update: Action<UpdateRequest, SchemaBody>;
  setQuota: Action<SetQuotaRequest, SchemaBody>;
}

export interface SetQuotaRequest extends Named {
  /** Bytes; null for what the plan allows. */
  quotaBytes: number | null;
  version?: string;
}

function setQuotaOf(
  fleet: Changing,
  { quotaBytes, ...rest }: SetQuotaRequest,
): Promise<SchemaBody> {
  return updateSchema(fleet, { ...rest, patch: { quotaBytes } });
}

/** The actions; the same object while none of them changes. */
export function useSchemaActions(): SchemaActions {
  const create = useRequest(createSchema, 'create_schema');
  const backup = useRequest(backUp, 'backup_schema');
  const verify = useRequest(verifyBackup, 'verify_backup');
  const restore = useRequest(restoreBackup, 'restore_backup');
  const suspend = useRequest(suspendSchema, 'suspend_schema');
  const resume = useRequest(resumeSchema, 'resume_schema');
  const drop = useRequest(dropSchema, 'drop_schema');
  const undrop = useRequest(undropSchema, 'undrop_schema');
  const purge = useRequest(purgeSchema, 'purge_schema');
  const update = useRequest(updateSchema, 'update');
  const setQuota = useRequest(setQuotaOf, 'set_quota');
  return useMemo(
    () => ({
      create,
      backup,
      verify,
      restore,
      suspend,
      resume,
      drop,
      undrop,
      purge,
      update,
      setQuota,
    }),
    [backup, create, drop, purge, restore, resume, setQuota, suspend, undrop, update, verify],
  );
}

function useRequest<V extends Named, R>(
  request: (fleet: Changing, variables: V) => Promise<R>,
  kind: string,
): Action<V, R> {
  const fleet = useFleet();
  const run = useCallback((variables: V) => request(fleet, variables), [fleet, request]);
  const refused = useCallback(
    ({ name }: V, error: FleetError) =>
      fleet.notify.error(noticeOfRefusal({ kind, schema: name }, error)),
    [fleet, kind],
  );
  return useAction(run, refused);
}

// What a list shows of a schema, from all that is known of it.
import type { AdoptionOfSchema, SchemaBody, SchemaRow, SchemaState } from '../client/index.js';

/** As much of a schema as is needed to decide what can be done to it; rows and whole schemas both have it. */
export interface SchemaSubject {
  name: string;
  displayName: string;
  state: SchemaState;
  /** Of a row: it was adopted and is only read. */
  readOnly?: boolean;
  /** Of a whole schema: how it was adopted. */
  adoption?: AdoptionOfSchema | null;
}

/** The row of a schema. What is under way for it is left as the row of before has it. */
export function rowOf(schema: SchemaBody, before?: SchemaRow): SchemaRow {
  const backup = schema.backup ?? null;
  return {
    id: schema.id,
    name: schema.name,
    displayName: schema.displayName,
    state: schema.state,
    template: schema.template ?? null,
    templateVersion: schema.templateVersion ?? null,
    readOnly: schema.adoption?.readOnly ?? false,
    plan: schema.plan ?? null,
    usageBytes: schema.usage.bytes ?? null,
    quotaBytes: schema.quota.bytes ?? null,
    quotaLevel: schema.quota.level,
    backup: backup && { goodAt: backup.takenAt, verification: backup.verification },
    lastActivityAt: schema.usage.lastActivityAt ?? null,
    operation:
      schema.activeOperation === before?.operation?.id ? (before?.operation ?? null) : null,
    recoverableUntil: schema.recoverableUntil ?? null,
    createdAt: schema.createdAt,
  };
}

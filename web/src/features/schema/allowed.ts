// Which state allows which action, as the server has it, so that a button can say why it does nothing.
import type { SchemaBody, SchemaState } from '@tenantry/react/client';
import { SCHEMA_STATES } from '@tenantry/react/ui';

export type SchemaVerb =
  | 'backup'
  | 'suspend'
  | 'resume'
  | 'drop'
  | 'undrop'
  | 'purge'
  | 'snapshot'
  | 'manage'
  | 'release';

const allowed: Record<SchemaVerb, readonly SchemaState[]> = {
  backup: ['active', 'suspended'],
  snapshot: ['active', 'suspended'],
  suspend: ['active'],
  resume: ['suspended'],
  drop: ['active', 'suspended', 'failed'],
  undrop: ['archived'],
  purge: ['archived', 'purging'],
  manage: ['active'],
  release: ['active'],
};

/** Why the schema's state does not allow it; nothing when it does. */
export function whyNot(
  schema: Pick<SchemaBody, 'state' | 'adoption'>,
  verb: SchemaVerb,
): string | undefined {
  const forAdopted = verb === 'manage' || verb === 'release' || verb === 'backup';
  if (schema.adoption?.readOnly && !forAdopted) return 'Tenantry only reads this adopted schema.';
  if (allowed[verb].includes(schema.state)) return undefined;
  return `This cannot be done while it is ${SCHEMA_STATES[schema.state].word.toLowerCase()}.`;
}

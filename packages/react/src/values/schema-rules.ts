// What can be done to a schema in which state, as the server decides it; a form need not be refused to know.
import type { SchemaState } from '../client/index.js';
import type { SchemaSubject } from './schema-row.js';

/** What can be done to a schema that exists. */
export type SchemaVerb =
  | 'backup'
  | 'restore'
  | 'suspend'
  | 'resume'
  | 'drop'
  | 'undrop'
  | 'purge'
  | 'update';

const STATES: Record<SchemaVerb, readonly SchemaState[]> = {
  backup: ['active', 'suspended'],
  restore: ['active', 'suspended', 'archived', 'purged'],
  suspend: ['active'],
  resume: ['suspended'],
  drop: ['active', 'suspended', 'failed'],
  undrop: ['archived'],
  purge: ['archived', 'purging'],
  update: ['provisioning', 'active', 'suspended', 'restoring', 'failed'],
};

const REFUSED_WHILE_ADOPTED: readonly SchemaVerb[] = [
  'suspend',
  'resume',
  'drop',
  'undrop',
  'purge',
];

/** Whether a schema's state allows it. */
export function stateAllows(state: SchemaState, verb: SchemaVerb): boolean {
  return STATES[verb].includes(state);
}

/** Why it cannot be done to this schema; undefined if it can. */
export function ruleAgainst(schema: SchemaSubject, verb: SchemaVerb): string | undefined {
  if (!stateAllows(schema.state, verb)) return `Not while it is ${schema.state}.`;
  if (
    (schema.readOnly ?? schema.adoption?.readOnly) === true &&
    REFUSED_WHILE_ADOPTED.includes(verb)
  ) {
    return 'This schema was adopted and is only read.';
  }
  return undefined;
}

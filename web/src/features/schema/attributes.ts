// The attributes of an institution as a form has them, and the change that a form makes of them.
import type { SchemaBody, SchemaPatch } from '@tenantry/react/client';
import { formatBytes, parseBytes } from '@tenantry/react/ui';

export interface TypedAttributes {
  displayName: string;
  externalId: string;
  plan: string;
  /** Empty for what the plan allows. */
  quota: string;
  contactName: string;
  contactEmail: string;
  contactPhone: string;
  /** One a line: `key=value`. */
  labels: string;
}

export function typedOf(schema: SchemaBody): TypedAttributes {
  const own = schema.quota.source === 'own' ? schema.quota.bytes : null;
  return {
    displayName: schema.displayName,
    externalId: schema.externalId ?? '',
    plan: schema.plan ?? '',
    quota: typeof own === 'number' ? exactSize(own) : '',
    contactName: schema.contact.name ?? '',
    contactEmail: schema.contact.email ?? '',
    contactPhone: schema.contact.phone ?? '',
    labels: Object.entries(schema.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join('\n'),
  };
}

/** A size as it can be typed: in a unit where that loses nothing, else in bytes. */
function exactSize(bytes: number): string {
  const words = formatBytes(bytes).replace('\u00a0', ' ');
  const read = parseBytes(words);
  return 'bytes' in read && read.bytes === bytes ? words : `${bytes} B`;
}

const orNull = (text: string) => text.trim() || null;

/** The change from one to the other; nothing of what stayed. Or the field that cannot be read, and why. */
export function patchOf(
  before: TypedAttributes,
  after: TypedAttributes,
): { patch: SchemaPatch } | { field: keyof TypedAttributes; problem: string } {
  const patch: SchemaPatch = {};
  const differs = (...fields: (keyof TypedAttributes)[]) =>
    fields.some((field) => before[field].trim() !== after[field].trim());
  if (differs('displayName')) patch.displayName = after.displayName.trim();
  if (differs('externalId')) patch.externalId = orNull(after.externalId);
  if (differs('plan')) patch.plan = orNull(after.plan);
  if (differs('quota')) {
    const read = after.quota.trim() === '' ? { bytes: null } : parseBytes(after.quota);
    if ('problem' in read) return { field: 'quota', problem: read.problem };
    patch.quotaBytes = read.bytes;
  }
  if (differs('contactName', 'contactEmail', 'contactPhone')) {
    patch.contact = {
      name: orNull(after.contactName),
      email: orNull(after.contactEmail),
      phone: orNull(after.contactPhone),
    };
  }
  if (differs('labels')) {
    const labels = labelsOf(after.labels);
    if (typeof labels === 'string') return { field: 'labels', problem: labels };
    patch.labels = labels;
  }
  return { patch };
}

function labelsOf(text: string): Record<string, string> | string {
  const labels: Record<string, string> = {};
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const at = line.indexOf('=');
    const key = line.slice(0, at).trim();
    if (at < 1 || key === '') return `“${line.trim()}” is not of the form key=value.`;
    if (key in labels) return `The label “${key}” is there twice.`;
    labels[key] = line.slice(at + 1).trim();
  }
  return labels;
}

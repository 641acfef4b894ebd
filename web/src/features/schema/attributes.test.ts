// The change that a form makes: what stayed is not sent, and what cannot be read is said at its field.
import { expect, test } from 'vitest';
import type { SchemaBody } from '@tenantry/react/client';
import { patchOf, typedOf } from './attributes';

const schema = {
  displayName: 'Oakwood',
  externalId: null,
  plan: 'basic',
  quota: { bytes: 2 * 1024 ** 3, source: 'own', level: 'ok' },
  contact: { name: null, email: 'office@oakwood.example', phone: null },
  labels: { region: 'north' },
} as unknown as SchemaBody;
const before = typedOf(schema);

test('nothing typed is nothing changed', () => {
  expect(patchOf(before, { ...before })).toEqual({ patch: {} });
});

test('a quota is read back as it is written, and an odd one in bytes', () => {
  expect(before.quota).toBe('2 GiB');
  const odd = typedOf({ ...schema, quota: { ...schema.quota, bytes: 1_234_567_891 } });
  expect(odd.quota).toBe('1234567891 B');
  expect(typedOf({ ...schema, quota: { ...schema.quota, source: 'plan' } }).quota).toBe('');
});

test('only what was changed is sent; emptied fields become null', () => {
  expect(patchOf(before, { ...before, plan: '', quota: '', externalId: ' S-1 ' })).toEqual({
    patch: { plan: null, quotaBytes: null, externalId: 'S-1' },
  });
  expect(patchOf(before, { ...before, contactEmail: '' })).toEqual({
    patch: { contact: { name: null, email: null, phone: null } },
  });
});

test('labels are lines, and each says what is wrong with it', () => {
  expect(patchOf(before, { ...before, labels: 'region=south\nmotto=a=b\n\n' })).toEqual({
    patch: { labels: { region: 'south', motto: 'a=b' } },
  });
  expect(patchOf(before, { ...before, labels: 'north' })).toMatchObject({ field: 'labels' });
  expect(patchOf(before, { ...before, labels: 'a=1\na=2' })).toMatchObject({ field: 'labels' });
});

test('a quota that cannot be read is said', () => {
  expect(patchOf(before, { ...before, quota: 'much' })).toMatchObject({ field: 'quota' });
});

// Filters and order of the list, to the address and back.
import { expect, test } from 'vitest';
import { exportOf, filtersOf, searchOf, sortOf } from './search';

test('filters go to the URL and come back', () => {
  const filters = {
    q: 'oak',
    states: ['active', 'failed'],
    plans: ['basic'],
    labels: ['region=north'],
    backup: 'stale',
  } as const;
  const search = searchOf(
    { ...filters, states: [...filters.states], plans: ['basic'], labels: ['region=north'] },
    {},
  );
  expect(search).toEqual({
    q: 'oak',
    state: 'active,failed',
    plan: 'basic',
    label: 'region=north',
    backup: 'stale',
  });
  expect(filtersOf(search)).toEqual(filters);
});

test('what the URL says and nobody knows is passed over', () => {
  expect(filtersOf({ state: 'active,exploded' })).toEqual({ states: ['active'] });
  expect(sortOf({ sort: '-usage' })).toBe('-usage');
  expect(sortOf({ sort: 'drop table' })).toBe('name');
});

test('the order and the open form stay when filters change', () => {
  expect(searchOf({ q: 'oak' }, { sort: '-usage', new: true, state: 'failed' })).toEqual({
    q: 'oak',
    sort: '-usage',
    new: true,
  });
});

test('the export asks for the same rows', () => {
  expect(exportOf({})).toBe('/api/admin/schemas/export');
  expect(exportOf({ q: 'a b', state: 'active', sort: 'name' })).toBe(
    '/api/admin/schemas/export?q=a+b&state=active',
  );
});

// What needs somebody, in sentences, the gravest first.
import { expect, test } from 'vitest';
import type { BackupFreshness, Facets, FindingList, ScheduleList } from '@tenantry/react/client';
import { problemsOf, type Known } from './problems';

const well: Known = {
  facets: { states: [{ state: 'active', count: 12 }] } as Facets,
  freshness: {
    configured: true,
    canRestore: true,
    institutions: 12,
    withoutBackup: 0,
    stale: 0,
  } as BackupFreshness,
  findings: { items: [], total: 0 },
  schedules: { items: [], total: 0 },
  stuck: { items: [], total: 0 },
};

test('a fleet that is well has no problems', () => {
  expect(problemsOf(well)).toEqual([]);
});

test('what is grave comes before what can wait', () => {
  const problems = problemsOf({
    ...well,
    facets: { states: [{ state: 'failed', count: 1 }] } as Facets,
    freshness: { ...well.freshness, withoutBackup: 3 } as BackupFreshness,
    findings: {
      items: [{ severity: 'warning' }, { severity: 'critical' }],
      total: 2,
    } as FindingList,
    schedules: { items: [{ name: 'nightly', silent: true }], total: 1 } as ScheduleList,
  });
  expect(problems.map((problem) => problem.mood)).toEqual([
    'bad',
    'bad',
    'bad',
    'warning',
    'warning',
  ]);
  expect(problems[0]).toMatchObject({
    text: '1\u00a0schema could not be made',
    search: { state: 'failed' },
  });
  expect(problems.at(-1)?.text).toBe('3\u00a0institutions of 12 have no backup');
});

test('what is not known yet is no problem', () => {
  expect(
    problemsOf({
      facets: undefined,
      freshness: undefined,
      findings: undefined,
      schedules: undefined,
      stuck: undefined,
    }),
  ).toEqual([]);
});

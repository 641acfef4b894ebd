// Turns what is known of the fleet into sentences about what needs somebody, the gravest first. Pure, so that it can be
// tested without a page.
import type {
  BackupFreshness,
  Facets,
  FindingList,
  OperationList,
  ScheduleList,
} from '@tenantry/react/client';
import { counted } from '@/lib/words';

export interface Problem {
  mood: 'bad' | 'warning';
  text: string;
  /** The page that shows which. */
  to: '/schemas' | '/operations' | '/backups' | '/findings';
  search: Record<string, string>;
  /** What the link says. */
  way: string;
}

export interface Known {
  facets: Facets | undefined;
  freshness: BackupFreshness | undefined;
  findings: FindingList | undefined;
  schedules: ScheduleList | undefined;
  stuck: OperationList | undefined;
}

export function problemsOf(known: Known): Problem[] {
  const all = [
    ...ofSchemas(known),
    ...ofFindings(known),
    ...ofBackups(known),
    ...ofSchedules(known),
  ];
  return [
    ...all.filter((each) => each.mood === 'bad'),
    ...all.filter((each) => each.mood === 'warning'),
  ];
}

function* ofSchemas({ facets, stuck }: Known): Iterable<Problem> {
  const failed = facets?.states.find((each) => each.state === 'failed')?.count ?? 0;
  if (failed > 0) {
    const text = `${counted(failed, 'schema')} could not be made`;
    yield { mood: 'bad', text, to: '/schemas', search: { state: 'failed' }, way: 'Show them' };
  }
  const blocked = facets?.quotaLevels?.find((each) => each.level === 'blocked')?.count ?? 0;
  if (blocked > 0) {
    const text = `${counted(blocked, 'institution')} may not write: over quota`;
    yield { mood: 'bad', text, to: '/schemas', search: { quota: 'blocked' }, way: 'Show them' };
  }
  if (facets?.failing) {
    const text = `The last operation of ${counted(facets.failing, 'institution')} failed`;
    yield { mood: 'warning', text, to: '/schemas', search: { failing: 'true' }, way: 'Show them' };
  }
  if (stuck && stuck.total > 0) {
    const text = `${counted(stuck.total, 'operation')} ${stuck.total === 1 ? 'is' : 'are'} stuck and wait for somebody`;
    yield { mood: 'bad', text, to: '/operations', search: { state: 'stuck' }, way: 'Show them' };
  }
}

function* ofFindings({ findings }: Known): Iterable<Problem> {
  for (const severity of ['critical', 'warning'] as const) {
    const found = findings?.items.filter((finding) => finding.severity === severity).length ?? 0;
    if (found === 0) continue;
    const text = `${counted(found, `${severity === 'critical' ? 'critical finding' : 'finding'}`)} of the doctor’s ${found === 1 ? 'is' : 'are'} open`;
    yield {
      mood: severity === 'critical' ? 'bad' : 'warning',
      text,
      to: '/findings',
      search: { severity },
      way: 'Read them',
    };
  }
}

function* ofBackups({ freshness }: Known): Iterable<Problem> {
  if (!freshness) return;
  const to = '/backups' as const;
  if (!freshness.configured) {
    yield {
      mood: 'warning',
      text: 'This server has no place for backups',
      to,
      search: {},
      way: 'What to do',
    };
    return;
  }
  if (freshness.withoutBackup > 0) {
    const text = `${counted(freshness.withoutBackup, 'institution')} of ${freshness.institutions} ${freshness.withoutBackup === 1 ? 'has' : 'have'} no backup`;
    yield { mood: 'warning', text, to: '/schemas', search: { backup: 'none' }, way: 'Show them' };
  }
  if (freshness.stale > 0) {
    const text = `${counted(freshness.stale, 'institution')} ${freshness.stale === 1 ? 'was' : 'were'} backed up more than 26 hours ago`;
    yield { mood: 'warning', text, to: '/schemas', search: { backup: 'stale' }, way: 'Show them' };
  }
  if (!freshness.canRestore) {
    yield {
      mood: 'warning',
      text: 'This server cannot open backups: it has no identity',
      to,
      search: {},
      way: 'To the backups',
    };
  }
}

function* ofSchedules({ schedules }: Known): Iterable<Problem> {
  const silent = schedules?.items.filter((schedule) => schedule.silent) ?? [];
  for (const schedule of silent) {
    const text = `The schedule “${schedule.name}” should have begun and did not`;
    yield {
      mood: 'bad',
      text,
      to: '/backups',
      search: { view: 'schedules' },
      way: 'To the schedules',
    };
  }
}

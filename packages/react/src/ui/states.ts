// What each state is called, what it looks like and which colour it has: the one place for it.
import {
  AlertTriangle,
  Archive,
  ArchiveRestore,
  Ban,
  CheckCircle2,
  CircleDashed,
  CirclePause,
  Clock,
  Eraser,
  Hourglass,
  Loader2,
  type LucideIcon,
  OctagonAlert,
  XCircle,
} from 'lucide-react';
import type { OperationState, QuotaLevel, SchemaState } from '../client/index.js';

/** What a colour means. */
export type Tone = 'neutral' | 'good' | 'busy' | 'warning' | 'bad';

/** The colours of text and icons. */
export const TONE_TEXT: Record<Tone, string> = {
  neutral: 'tenantry:text-muted-foreground',
  good: 'tenantry:text-good',
  busy: 'tenantry:text-busy',
  warning: 'tenantry:text-warning',
  bad: 'tenantry:text-bad',
};

/** The colours of badges. */
export const TONE_BADGE: Record<Tone, string> = {
  neutral: 'tenantry:bg-muted tenantry:text-muted-foreground',
  good: 'tenantry:bg-good/10 tenantry:text-good',
  busy: 'tenantry:bg-busy/10 tenantry:text-busy',
  warning: 'tenantry:bg-warning/12 tenantry:text-warning',
  bad: 'tenantry:bg-bad/10 tenantry:text-bad',
};

/** The colours of bars. */
export const TONE_BAR: Record<Tone, string> = {
  neutral: 'tenantry:bg-foreground/55',
  good: 'tenantry:bg-good',
  busy: 'tenantry:bg-busy',
  warning: 'tenantry:bg-warning',
  bad: 'tenantry:bg-bad',
};

/** How a state is shown. */
export interface StateFace {
  word: string;
  tone: Tone;
  icon: LucideIcon;
  /** Whether the icon turns. */
  turns?: boolean;
}

export const SCHEMA_STATES: Record<SchemaState, StateFace> = {
  provisioning: { word: 'Provisioning', tone: 'busy', icon: Loader2, turns: true },
  active: { word: 'Active', tone: 'good', icon: CheckCircle2 },
  suspended: { word: 'Suspended', tone: 'warning', icon: CirclePause },
  archived: { word: 'Archived', tone: 'neutral', icon: Archive },
  purging: { word: 'Purging', tone: 'bad', icon: Loader2, turns: true },
  purged: { word: 'Purged', tone: 'neutral', icon: Eraser },
  restoring: { word: 'Restoring', tone: 'busy', icon: ArchiveRestore },
  failed: { word: 'Failed', tone: 'bad', icon: XCircle },
};

export const OPERATION_STATES: Record<OperationState, StateFace> = {
  queued: { word: 'Queued', tone: 'neutral', icon: Clock },
  running: { word: 'Running', tone: 'busy', icon: Loader2, turns: true },
  waiting: { word: 'Waiting', tone: 'warning', icon: Hourglass },
  succeeded: { word: 'Succeeded', tone: 'good', icon: CheckCircle2 },
  failed: { word: 'Failed', tone: 'bad', icon: XCircle },
  cancelled: { word: 'Cancelled', tone: 'neutral', icon: Ban },
  stuck: { word: 'Stuck', tone: 'bad', icon: OctagonAlert },
};

export const QUOTA_LEVELS: Record<QuotaLevel, StateFace> = {
  ok: { word: 'Within quota', tone: 'neutral', icon: CheckCircle2 },
  warning: { word: 'Near quota', tone: 'warning', icon: AlertTriangle },
  soft: { word: 'Over quota', tone: 'bad', icon: AlertTriangle },
  blocked: { word: 'Writes blocked', tone: 'bad', icon: Ban },
};

/** The face of a state that a newer server may have added. */
export function faceOf(state: string): StateFace {
  const known: Record<string, StateFace | undefined> = {
    ...OPERATION_STATES,
    ...QUOTA_LEVELS,
    ...SCHEMA_STATES,
  };
  return known[state] ?? { word: state, tone: 'neutral', icon: CircleDashed };
}

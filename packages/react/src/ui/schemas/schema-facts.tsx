'use client';
// What is told of a schema in a row and in a card: its name, its state or what is being done, its last backup.
import { clsx } from 'clsx';
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import type { BackupOfRow, SchemaRow } from '../../client/index.js';
import type { RunningOperation } from '../../live/running-operations.js';
import { operationWords } from '../../values/operation-words.js';
import { StateBadge } from '../primitives/badge.js';
import { RelativeTime } from '../primitives/relative-time.js';
import { TONE_TEXT } from '../states.js';

/** Both names; the one for people may be in any script and of any length. */
export function SchemaNames({ schema }: { schema: SchemaRow }) {
  return (
    <div className="tenantry:flex tenantry:min-w-0 tenantry:flex-col tenantry:leading-tight">
      <span
        dir="auto"
        title={schema.displayName}
        className="tenantry:truncate tenantry:text-start tenantry:font-medium tenantry:text-foreground"
      >
        {schema.displayName}
      </span>
      <span className="tenantry:truncate tenantry:font-mono tenantry:text-xs tenantry:text-muted-foreground">
        {schema.name}
      </span>
    </div>
  );
}

/** Its state, or what is being done to it. */
export function SchemaCondition({
  schema,
  operation,
}: {
  schema: SchemaRow;
  operation: RunningOperation | null;
}) {
  const running = operation ?? ofRow(schema);
  if (running !== null) {
    const { doing } = operationWords(running.kind);
    const percent =
      running.total > 1 ? ` ${Math.floor((running.done / running.total) * 100)} %` : '';
    const word = running.unwinding ? `${doing}: taking back` : `${doing}${percent}`;
    const state = running.state === 'waiting' ? 'waiting' : 'running';
    return <StateBadge state={state} word={word} title={running.current ?? undefined} />;
  }
  return (
    <span className="tenantry:flex tenantry:min-w-0 tenantry:items-center tenantry:gap-1">
      <StateBadge state={schema.state} />
      {schema.quotaLevel === 'blocked' && <StateBadge state="blocked" />}
    </span>
  );
}

const VERIFICATIONS = {
  verified: { icon: ShieldCheck, tone: 'good', word: 'verified' },
  failed: { icon: ShieldAlert, tone: 'bad', word: 'failed its drill' },
  none: { icon: ShieldQuestion, tone: 'neutral', word: 'not verified' },
} as const;

/** When it was backed up last, and whether that was found good. */
export function LastBackup({ backup }: { backup: BackupOfRow | null | undefined }) {
  if (backup === null || backup === undefined) {
    return <span className="tenantry:text-muted-foreground">No backup</span>;
  }
  const known = VERIFICATIONS[backup.verification as keyof typeof VERIFICATIONS];
  const { icon: Icon, tone, word } = known ?? VERIFICATIONS.none;
  return (
    <span className="tenantry:flex tenantry:min-w-0 tenantry:items-center tenantry:gap-1.5">
      <span title={word} className={clsx('tenantry:flex', TONE_TEXT[tone])}>
        <Icon aria-hidden className="tenantry:size-3.5" />
        <span className="tenantry:sr-only">{word},</span>
      </span>
      <RelativeTime at={backup.goodAt} className="tenantry:truncate" />
    </span>
  );
}

/** The version of its template. */
export function SchemaVersion({ schema }: { schema: SchemaRow }) {
  const { template, templateVersion } = schema;
  if (templateVersion === null || templateVersion === undefined) {
    return <span title="It was adopted, and has no template.">–</span>;
  }
  return (
    <span title={`${template ?? 'template'}, version ${templateVersion}`}>v{templateVersion}</span>
  );
}

/** What the row itself says is under way, until events tell more. */
function ofRow({ operation }: SchemaRow) {
  if (operation === null || operation === undefined) return null;
  const { done, total, current = null, unwinding } = operation.progress;
  return { kind: operation.kind, state: operation.state, done, total, current, unwinding };
}

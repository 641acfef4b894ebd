'use client';
// What is told of a schema in a row and in a card: its name, its state or what is being done, its last backup.
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react';
import type { BackupOfSchema, SchemaBody } from '../../client/index.js';
import type { RunningOperation } from '../../live/running-operations.js';
import { operationWords } from '../../values/operation-words.js';
import { classNames } from '../class-names.js';
import { StateBadge } from '../primitives/badge.js';
import { RelativeTime } from '../primitives/relative-time.js';
import { TONE_TEXT } from '../states.js';

/** Both names; the one for people may be in any script and of any length. */
export function SchemaNames({ schema }: { schema: SchemaBody }) {
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
  schema: SchemaBody;
  operation: RunningOperation | null;
}) {
  if (operation !== null) {
    const { doing } = operationWords(operation.kind);
    const percent =
      operation.total > 1 ? ` ${Math.floor((operation.done / operation.total) * 100)} %` : '';
    const word = operation.unwinding ? `${doing}: taking back` : `${doing}${percent}`;
    const state = operation.state === 'waiting' ? 'waiting' : 'running';
    return <StateBadge state={state} word={word} title={operation.current ?? undefined} />;
  }
  return (
    <span className="tenantry:flex tenantry:min-w-0 tenantry:items-center tenantry:gap-1">
      <StateBadge state={schema.state} title={schema.failure ?? undefined} />
      {schema.quota.level === 'blocked' && <StateBadge state="blocked" />}
    </span>
  );
}

const VERIFICATIONS = {
  verified: { icon: ShieldCheck, tone: 'good', word: 'verified' },
  failed: { icon: ShieldAlert, tone: 'bad', word: 'failed its drill' },
  none: { icon: ShieldQuestion, tone: 'neutral', word: 'not verified' },
} as const;

/** When it was backed up last, and whether that was found good. */
export function LastBackup({ backup }: { backup: BackupOfSchema | null | undefined }) {
  if (backup === null || backup === undefined) {
    return <span className="tenantry:text-muted-foreground">No backup</span>;
  }
  const known = VERIFICATIONS[backup.verification as keyof typeof VERIFICATIONS];
  const { icon: Icon, tone, word } = known ?? VERIFICATIONS.none;
  return (
    <span className="tenantry:flex tenantry:min-w-0 tenantry:items-center tenantry:gap-1.5">
      <span title={word} className={classNames('tenantry:flex', TONE_TEXT[tone])}>
        <Icon aria-hidden className="tenantry:size-3.5" />
        <span className="tenantry:sr-only">{word},</span>
      </span>
      <RelativeTime at={backup.takenAt} className="tenantry:truncate" />
    </span>
  );
}

/** The version of its template, or of the tool that made it. */
export function SchemaVersion({ schema }: { schema: SchemaBody }) {
  if (schema.templateVersion !== null && schema.templateVersion !== undefined) {
    return (
      <span title={`${schema.template ?? 'template'}, version ${schema.templateVersion}`}>
        v{schema.templateVersion}
      </span>
    );
  }
  return (
    <span className="tenantry:truncate" title={schema.toolVersion ?? undefined}>
      {schema.toolVersion ?? '–'}
    </span>
  );
}

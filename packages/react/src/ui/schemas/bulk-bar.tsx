'use client';
// What can be done to the chosen rows, and how far it is.
import { useState } from 'react';
import { refusalOf, useFleet } from '../../fleet/context.js';
import type { BulkTarget, BulkVerb } from '../../hooks/use-bulk.js';
import { useLastPresent } from '../../hooks/use-last-present.js';
import type { SchemaManagementState } from '../../hooks/use-schema-management.js';
import { formatBytes } from '../../values/bytes.js';
import { Button } from '../primitives/button.js';
import { ConfirmDialog } from '../primitives/confirm-dialog.js';

const VERBS: Record<BulkVerb, { word: string; verb: string; effect: string; destroys?: boolean }> =
  {
    backup: {
      word: 'Back up',
      verb: 'back up',
      effect: 'A backup of each is taken beside the work that goes on.',
    },
    suspend: {
      word: 'Suspend',
      verb: 'suspend',
      effect: 'They are shut out at once. Their data is untouched, and each can be resumed.',
    },
    resume: { word: 'Resume', verb: 'resume', effect: 'They are let in again.' },
    drop: {
      word: 'Drop',
      verb: 'drop',
      effect: 'They go out of use. Until the recovery time is over, each can be brought back.',
      destroys: true,
    },
    undrop: {
      word: 'Undo drop',
      verb: 'bring back',
      effect: 'They are brought back as they were.',
    },
  };

const OFFERED: BulkVerb[] = ['backup', 'suspend', 'resume', 'undrop', 'drop'];
const NAMES_SHOWN = 10;

export function BulkBar({ management }: { management: SchemaManagementState }) {
  const { selection, bulk, total, filters } = management;
  const { can, locale, notify } = useFleet();
  const [asked, setAsked] = useState<{ verb: BulkVerb; targets: BulkTarget[] } | null>(null);
  const [counting, setCounting] = useState<BulkVerb | null>(null);
  const number = new Intl.NumberFormat(locale);

  const ask = (verb: BulkVerb) => {
    setCounting(verb);
    bulk
      .targets(verb, selection, filters)
      .then((targets) => setAsked({ verb, targets }))
      .catch((error: unknown) =>
        notify.error({ title: 'The chosen rows could not be read', description: String(error) }),
      )
      .finally(() => setCounting(null));
  };
  const confirm = () => {
    if (asked === null) return;
    const names = asked.targets.filter((each) => each.against === undefined);
    void bulk.run(
      asked.verb,
      names.map((each) => each.name),
    );
    setAsked(null);
    selection.clear();
  };

  if (bulk.progress !== null) return <BulkProgressBar management={management} />;
  return (
    <>
      {selection.count > 0 && (
        <div
          role="toolbar"
          aria-label="Chosen institutions"
          className="tenantry:flex tenantry:flex-wrap tenantry:items-center tenantry:gap-2 tenantry:border-b tenantry:border-border tenantry:bg-muted/60 tenantry:px-3 tenantry:py-2 tenantry:text-sm"
        >
          <span className="tenantry:font-medium tenantry:tabular-nums">
            {number.format(selection.count)} chosen
          </span>
          {!selection.all && selection.count < total && (
            <Button size="sm" variant="ghost" onClick={selection.selectAll}>
              Choose all {number.format(total)} that match
            </Button>
          )}
          <div className="tenantry:ms-auto tenantry:flex tenantry:flex-wrap tenantry:gap-1.5">
            {OFFERED.map((verb) => (
              <Button
                key={verb}
                size="sm"
                pending={counting === verb}
                disabledReason={refusalOf(can(verb))}
                onClick={() => ask(verb)}
                className={VERBS[verb].destroys === true ? 'tenantry:text-bad' : undefined}
              >
                {VERBS[verb].word}…
              </Button>
            ))}
            <Button size="sm" variant="ghost" onClick={selection.clear}>
              Clear
            </Button>
          </div>
        </div>
      )}
      <BulkQuestion asked={asked} onClose={() => setAsked(null)} onConfirm={confirm} />
    </>
  );
}

interface BulkQuestionProps {
  asked: { verb: BulkVerb; targets: BulkTarget[] } | null;
  onClose: () => void;
  onConfirm: () => void;
}

function BulkQuestion({ asked, onClose, onConfirm }: BulkQuestionProps) {
  const { locale } = useFleet();
  const shown = useLastPresent(asked);
  if (shown === null) return null;
  const { word, verb, effect, destroys = false } = VERBS[shown.verb];
  const targets = shown.targets.filter((each) => each.against === undefined);
  const left = shown.targets.length - targets.length;
  const bytes = targets.reduce((sum, each) => sum + each.bytes, 0);
  const count = `${targets.length} ${targets.length === 1 ? 'schema' : 'schemas'}`;
  const none = targets.length === 0;
  return (
    <ConfirmDialog
      open={asked !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={none ? `Nothing to ${verb}` : `${word} ${count}?`}
      verb={none ? 'Close' : `${word} ${count}`}
      expected={destroys && !none ? `${verb} ${count}` : undefined}
      destructive={destroys && !none}
      onConfirm={none ? onClose : onConfirm}
    >
      {!none && (
        <>
          <p>
            {effect} Together they use {formatBytes(bytes, locale)}.
          </p>
          <ul className="tenantry:flex tenantry:flex-wrap tenantry:gap-x-2 tenantry:font-mono tenantry:text-xs tenantry:break-all">
            {targets.slice(0, NAMES_SHOWN).map((each) => (
              <li key={each.name}>{each.name}</li>
            ))}
            {targets.length > NAMES_SHOWN && <li>and {targets.length - NAMES_SHOWN} more</li>}
          </ul>
        </>
      )}
      {left > 0 && <p>{left} of the chosen are left out, because their state does not allow it.</p>}
    </ConfirmDialog>
  );
}

function BulkProgressBar({ management }: { management: SchemaManagementState }) {
  const { bulk } = management;
  if (bulk.progress === null) return null;
  const { verb, total, accepted, done, failed, refused, stopping } = bulk.progress;
  const troubles = failed + refused;
  return (
    <div
      role="status"
      className="tenantry:flex tenantry:flex-wrap tenantry:items-center tenantry:gap-3 tenantry:border-b tenantry:border-border tenantry:bg-muted/60 tenantry:px-3 tenantry:py-2 tenantry:text-sm tenantry:tabular-nums"
    >
      <span className="tenantry:font-medium">
        {VERBS[verb].word}: {done} of {total} done
      </span>
      <span className="tenantry:text-muted-foreground">
        {accepted} accepted
        {troubles > 0 && `, ${troubles} with trouble`}
      </span>
      <progress
        max={total}
        value={done + troubles}
        aria-label="Done"
        className="tenantry:h-1 tenantry:flex-1 tenantry:accent-primary"
      />
      <Button size="sm" onClick={bulk.stop} pending={stopping}>
        {stopping ? 'Stopping after those that were accepted' : 'Stop asking for more'}
      </Button>
    </div>
  );
}

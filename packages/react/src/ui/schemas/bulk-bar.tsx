'use client';
// What can be done to the chosen rows.
import { useState } from 'react';
import type { BulkAction, BulkPreview } from '../../client/index.js';
import { refusalOf, useFleet } from '../../fleet/context.js';
import type { BulkTargets } from '../../hooks/use-bulk.js';
import { useLastPresent } from '../../hooks/use-last-present.js';
import type { SchemaManagementState } from '../../hooks/use-schema-management.js';
import { formatBytes } from '../../values/bytes.js';
import { numberFormat } from '../../values/formats.js';
import { Button } from '../primitives/button.js';
import { ConfirmDialog } from '../primitives/confirm-dialog.js';

const WORDS: Record<BulkAction, { word: string; effect: string; destroys?: boolean }> = {
  backup: { word: 'Back up', effect: 'A backup of each is taken beside the work that goes on.' },
  suspend: {
    word: 'Suspend',
    effect: 'They are shut out at once. Their data is untouched, and each can be resumed.',
  },
  resume: { word: 'Resume', effect: 'They are let in again.' },
  undrop: { word: 'Undo drop', effect: 'They are brought back as they were.' },
  drop: {
    word: 'Drop',
    effect: 'They go out of use. Until the recovery time is over, each can be brought back.',
    destroys: true,
  },
};

const OFFERED = Object.keys(WORDS) as BulkAction[];

/** A bulk change that waits for its confirmation. */
interface Asked {
  action: BulkAction;
  targets: BulkTargets;
  preview: BulkPreview;
}

export function BulkBar({ management }: { management: SchemaManagementState }) {
  const { selection, bulk, total, filters } = management;
  const { can, locale, notify } = useFleet();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [looking, setLooking] = useState<BulkAction | null>(null);
  const number = numberFormat(locale);

  const ask = async (action: BulkAction) => {
    setLooking(action);
    try {
      const targets = await bulk.targetsOf(selection, filters);
      setAsked({ action, targets, preview: await bulk.preview(action, targets) });
    } catch (error) {
      const description = error instanceof Error ? error.message : String(error);
      notify.error({ title: 'The chosen institutions could not be looked up', description });
    } finally {
      setLooking(null);
    }
  };
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
            {OFFERED.map((action) => (
              <Button
                key={action}
                size="sm"
                pending={looking === action}
                disabledReason={refusalOf(can(action))}
                onClick={() => void ask(action)}
                className={WORDS[action].destroys === true ? 'tenantry:text-bad!' : undefined}
              >
                {WORDS[action].word}…
              </Button>
            ))}
            <Button size="sm" variant="ghost" onClick={selection.clear}>
              Clear
            </Button>
          </div>
        </div>
      )}
      <BulkQuestion asked={asked} management={management} onClose={() => setAsked(null)} />
    </>
  );
}

interface BulkQuestionProps {
  asked: Asked | null;
  management: SchemaManagementState;
  onClose: () => void;
}

function BulkQuestion({ asked, management, onClose }: BulkQuestionProps) {
  const { locale } = useFleet();
  const shown = useLastPresent(asked);
  const { change } = management.bulk;
  if (shown === null) return null;
  const { action, targets, preview } = shown;
  const { word, effect, destroys = false } = WORDS[action];
  const { count, passedOver, names, usageBytes, confirm } = preview;
  const what = `${numberFormat(locale).format(count)} ${count === 1 ? 'schema' : 'schemas'}`;
  const close = () => {
    change.reset();
    onClose();
  };
  const run = () => {
    change.mutateAsync({ action, ...targets, confirm }).then(
      () => {
        close();
        management.selection.clear();
      },
      () => {
        // The dialog stays and says why.
      },
    );
  };
  return (
    <ConfirmDialog
      open={asked !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={count === 0 ? `${word}: none of them` : `${word} ${what}?`}
      verb={count === 0 ? 'Close' : `${word} ${what}`}
      expected={destroys && count > 0 ? confirm : undefined}
      destructive={destroys && count > 0}
      pending={change.isPending}
      error={change.error}
      onConfirm={count === 0 ? close : run}
    >
      {count > 0 && (
        <>
          <p>
            {effect} Together they use {formatBytes(usageBytes, locale)}.
          </p>
          <ul className="tenantry:flex tenantry:flex-wrap tenantry:gap-x-2 tenantry:font-mono tenantry:text-xs tenantry:break-all">
            {names.map((name) => (
              <li key={name}>{name}</li>
            ))}
            {count > names.length && <li>and {count - names.length} more</li>}
          </ul>
        </>
      )}
      {passedOver > 0 && (
        <p>
          {passedOver} of the chosen {passedOver === 1 ? 'is' : 'are'} left out, because the state
          does not allow it.
        </p>
      )}
    </ConfirmDialog>
  );
}

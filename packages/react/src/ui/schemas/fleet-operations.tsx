'use client';
// Operations about many institutions at once, while they run: also those of others, and after a reload.
import { useState } from 'react';
import { refusalOf, useFleet } from '../../fleet/context.js';
import { useRunningOperations } from '../../hooks/use-live.js';
import { noticeOfRefusal } from '../../live/submit.js';
import type { RunningOperation } from '../../live/running-operations.js';
import { operationWords } from '../../values/operation-words.js';
import { Button } from '../primitives/button.js';

/** Those whose progress is counted in institutions. */
const COUNTED = new Set(['change_schemas', 'import_schemas', 'backup_schemas', 'verify_backups']);

export function FleetOperations() {
  const running = useRunningOperations().filter((operation) => COUNTED.has(operation.kind));
  return running.map((operation) => <FleetOperation key={operation.id} operation={operation} />);
}

function FleetOperation({ operation }: { operation: RunningOperation }) {
  const { can, client, notify } = useFleet();
  const [stopping, setStopping] = useState(false);
  const { doing } = operationWords(operation.kind);
  const stop = () => {
    setStopping(true);
    client.cancelOperation({ path: { id: operation.id } }).catch((error: unknown) => {
      setStopping(false);
      notify.error(noticeOfRefusal({ kind: operation.kind, schema: null }, error));
    });
  };
  return (
    <div
      role="status"
      className="tenantry:flex tenantry:flex-wrap tenantry:items-center tenantry:gap-3 tenantry:border-b tenantry:border-border tenantry:bg-busy/5 tenantry:px-3 tenantry:py-1.5 tenantry:text-sm tenantry:tabular-nums"
    >
      <span className="tenantry:font-medium">{doing}</span>
      <span className="tenantry:text-muted-foreground">
        {operation.total > 0 ? `${operation.done} of ${operation.total}` : 'not begun yet'}
      </span>
      <progress
        max={Math.max(operation.total, 1)}
        value={operation.done}
        aria-label={doing}
        className="tenantry:h-1 tenantry:min-w-24 tenantry:flex-1 tenantry:accent-primary"
      />
      <Button
        size="sm"
        variant="ghost"
        onClick={stop}
        pending={stopping || operation.unwinding}
        disabledReason={operation.optimistic ? 'It is not accepted yet.' : refusalOf(can('cancel'))}
      >
        {stopping || operation.unwinding ? 'Stopping' : 'Stop after those under way'}
      </Button>
    </div>
  );
}

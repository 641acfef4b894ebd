'use client';
// What can be done to one schema: one menu for all rows, opened at the button of one.
import {
  ArchiveRestore,
  DatabaseBackup,
  Eraser,
  Gauge,
  PanelRightOpen,
  Pause,
  Play,
  Trash2,
  Undo2,
} from 'lucide-react';
import type { SchemaRow } from '../../client/index.js';
import { refusalOf, useFleet } from '../../fleet/context.js';
import type { SchemaActions } from '../../hooks/use-schema-actions.js';
import { ruleAgainst, type SchemaVerb, stateAllows } from '../../values/schema-rules.js';
import { Menu, MenuItem, MenuSeparator } from '../primitives/menu.js';
import type { QuestionVerb } from './questions.js';

export interface RowMenuProps {
  /** The row that it is open for; null when it is closed. */
  target: { schema: SchemaRow; button: HTMLElement } | null;
  onClose: () => void;
  actions: Pick<SchemaActions, 'backup' | 'resume' | 'undrop'>;
  onOpen: ((schema: SchemaRow) => void) | undefined;
  onAsk: (verb: QuestionVerb, schema: SchemaRow) => void;
  onRestore: (schema: SchemaRow) => void;
  onQuota: (schema: SchemaRow) => void;
}

export function RowMenu({ target, onClose, ...rest }: RowMenuProps) {
  return (
    <Menu
      open={target !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      anchor={target?.button ?? null}
      label={target === null ? 'Actions' : `Actions for ${target.schema.name}`}
    >
      {target !== null && <SchemaMenuItems schema={target.schema} {...rest} />}
    </Menu>
  );
}

type SchemaMenuItemsProps = Omit<RowMenuProps, 'target' | 'onClose'> & { schema: SchemaRow };

/** What the state does not allow is not there; what the right is missing for says so. */
export function SchemaMenuItems({
  schema,
  actions,
  onOpen,
  onAsk,
  onRestore,
  onQuota,
}: SchemaMenuItemsProps) {
  const { can } = useFleet();
  const { name } = schema;
  const shown = (verb: SchemaVerb) => stateAllows(schema.state, verb);
  const against = (verb: SchemaVerb) => refusalOf(can(verb, schema)) ?? ruleAgainst(schema, verb);
  return (
    <>
      {onOpen !== undefined && (
        <MenuItem onClick={() => onOpen(schema)}>
          <PanelRightOpen aria-hidden />
          Open
        </MenuItem>
      )}
      {shown('backup') && (
        <MenuItem
          disabledReason={against('backup')}
          onClick={() => actions.backup.mutate({ name })}
        >
          <DatabaseBackup aria-hidden />
          Back up
        </MenuItem>
      )}
      {shown('restore') && (
        <MenuItem disabledReason={against('restore')} onClick={() => onRestore(schema)}>
          <ArchiveRestore aria-hidden />
          Restore…
        </MenuItem>
      )}
      {shown('update') && (
        <MenuItem disabledReason={against('update')} onClick={() => onQuota(schema)}>
          <Gauge aria-hidden />
          Quota…
        </MenuItem>
      )}
      {shown('suspend') && (
        <MenuItem disabledReason={against('suspend')} onClick={() => onAsk('suspend', schema)}>
          <Pause aria-hidden />
          Suspend…
        </MenuItem>
      )}
      {shown('resume') && (
        <MenuItem
          disabledReason={against('resume')}
          onClick={() => actions.resume.mutate({ name })}
        >
          <Play aria-hidden />
          Resume
        </MenuItem>
      )}
      {shown('undrop') && (
        <MenuItem
          disabledReason={against('undrop')}
          onClick={() => actions.undrop.mutate({ name })}
        >
          <Undo2 aria-hidden />
          Undo drop
        </MenuItem>
      )}
      {(shown('drop') || shown('purge')) && <MenuSeparator />}
      {shown('drop') && (
        <MenuItem
          destructive
          disabledReason={against('drop')}
          onClick={() => onAsk('drop', schema)}
        >
          <Trash2 aria-hidden />
          Drop…
        </MenuItem>
      )}
      {shown('purge') && (
        <MenuItem
          destructive
          disabledReason={against('purge')}
          onClick={() => onAsk('purge', schema)}
        >
          <Eraser aria-hidden />
          Purge…
        </MenuItem>
      )}
    </>
  );
}

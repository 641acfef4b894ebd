'use client';
// What is asked before something is done to one schema, and how seriously.
import type { ReactNode } from 'react';
import type { FleetError, OperationBody, SchemaRow } from '../../client/index.js';
import { useLastPresent } from '../../hooks/use-last-present.js';
import type { SchemaActions } from '../../hooks/use-schema-actions.js';
import { ConfirmDialog } from '../primitives/confirm-dialog.js';

/** What is asked about. */
export type QuestionVerb = 'suspend' | 'drop' | 'purge';

interface Question {
  title: (schema: SchemaRow) => string;
  verb: string;
  destructive: boolean;
  /** Its name has to be typed. */
  typed: boolean;
  body: (schema: SchemaRow) => ReactNode;
}

function Name({ schema }: { schema: SchemaRow }) {
  return (
    <strong
      dir="auto"
      className="tenantry:font-semibold tenantry:break-words tenantry:text-foreground"
    >
      {schema.displayName}
    </strong>
  );
}

const QUESTIONS: Record<QuestionVerb, Question> = {
  suspend: {
    title: (schema) => `Suspend ${schema.name}?`,
    verb: 'Suspend schema',
    destructive: false,
    typed: false,
    body: (schema) => (
      <p>
        <Name schema={schema} /> is shut out at once: its application can no longer connect. Its
        data is untouched, and it can be resumed at any time.
      </p>
    ),
  },
  drop: {
    title: (schema) => `Drop ${schema.name}?`,
    verb: 'Drop schema',
    destructive: true,
    typed: true,
    body: (schema) => (
      <>
        <p>
          <Name schema={schema} /> goes out of use and its application loses access. Nothing is
          deleted yet: until the recovery time is over, Undo brings it back as it was.
        </p>
        {(schema.backup === null || schema.backup === undefined) && (
          <p>There is no backup of it.</p>
        )}
      </>
    ),
  },
  purge: {
    title: (schema) => `Purge ${schema.name} for good?`,
    verb: 'Purge schema',
    destructive: true,
    typed: true,
    body: (schema) => (
      <p>
        All data of <Name schema={schema} /> is removed from the database. This cannot be undone; a
        last backup is taken and verified first, where this server keeps backups.
      </p>
    ),
  },
};

export interface SchemaQuestionProps {
  /** What is asked; null closes the dialog. */
  asked: { verb: QuestionVerb; schema: SchemaRow } | null;
  actions: Pick<SchemaActions, QuestionVerb>;
  onClose: () => void;
  /** What gets the focus when it closes. */
  returnTo: () => HTMLElement | null;
  /** Called when the server has accepted it. */
  onDone?: (verb: QuestionVerb, schema: SchemaRow) => void;
}

export function SchemaQuestion({ asked, actions, onClose, returnTo, onDone }: SchemaQuestionProps) {
  const shown = useLastPresent(asked);
  if (shown === null) return null;
  const { verb, schema } = shown;
  const question = QUESTIONS[verb];
  const action: {
    mutateAsync: (given: { name: string; confirm: string }) => Promise<OperationBody>;
    isPending: boolean;
    error: FleetError | null;
    reset: () => void;
  } = actions[verb];
  const close = () => {
    action.reset();
    onClose();
  };
  const confirm = () => {
    action.mutateAsync({ name: schema.name, confirm: schema.name }).then(
      () => {
        close();
        onDone?.(verb, schema);
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
      title={question.title(schema)}
      verb={question.verb}
      expected={question.typed ? schema.name : undefined}
      destructive={question.destructive}
      pending={action.isPending}
      error={action.error}
      onConfirm={confirm}
      finalFocus={returnTo}
    >
      {question.body(schema)}
    </ConfirmDialog>
  );
}

// What is done most with an institution, beside its name. What destroys is in its settings.
import type { SchemaBody } from '@tenantry/react/client';
import { useNavigate } from '@tanstack/react-router';
import { refusalOf, useFleet, useSchemaActions } from '@tenantry/react';
import { Button } from '@tenantry/react/ui';
import { whyNot } from './allowed';

export function HeaderActions({ schema }: { schema: SchemaBody }) {
  const { backup, undrop } = useSchemaActions();
  const { can } = useFleet();
  const navigate = useNavigate();
  const { name } = schema;
  if (schema.state === 'archived') {
    return (
      <Button
        variant="primary"
        pending={undrop.isPending}
        disabledReason={refusalOf(can('undrop', schema))}
        onClick={() => undrop.mutate({ name })}
      >
        Undo drop
      </Button>
    );
  }
  if (schema.state === 'purged' || schema.state === 'purging') return null;
  return (
    <>
      <Button
        disabledReason={refusalOf(can('restore', schema))}
        onClick={() => void navigate({ to: '/schemas/$name/restore', params: { name } })}
      >
        Restore…
      </Button>
      <Button
        variant="primary"
        pending={backup.isPending}
        disabledReason={refusalOf(can('backup', schema)) ?? whyNot(schema, 'backup')}
        onClick={() => backup.mutate({ name })}
      >
        Back up
      </Button>
    </>
  );
}

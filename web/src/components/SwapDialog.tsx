// Asks, with the name typed, before a copy becomes what the institution lives in.
import { useNavigate } from '@tanstack/react-router';
import type { OperationBody } from '@tenantry/react/client';
import { ConfirmDialog } from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { client } from '@/lib/fleet';

interface SwapDialogProps {
  schema: string;
  copy: string | undefined;
  onClose: () => void;
}

export function SwapDialog({ schema, copy, onClose }: SwapDialogProps) {
  const navigate = useNavigate();
  const swap = useAction<string, OperationBody>({
    run: (name, headers) =>
      client.swapCopy({ path: { name: schema, copy: name }, body: {}, headers }),
    done: () => 'The copy is being swapped in',
    onDone: (operation) => {
      onClose();
      void navigate({ to: '/operations/$id', params: { id: operation.id } });
    },
  });
  return (
    <ConfirmDialog
      open={copy !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={`Swap ${copy ?? ''} in for ${schema}?`}
      verb="Swap in"
      expected={schema}
      destructive
      pending={swap.isPending}
      error={swap.error}
      onConfirm={() => copy && swap.start(copy)}
    >
      <p>
        From then on the institution lives in the copy: what was written since it was made is not in
        it.
      </p>
      <p>What lives now becomes a copy and is kept for a week, so this can be swapped back.</p>
    </ConfirmDialog>
  );
}

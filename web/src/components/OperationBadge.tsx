// An operation's state as icon, word and colour, with the word for what cancelling makes of it.
import type { OperationBody } from '@tenantry/react/client';
import { StateBadge } from '@tenantry/react/ui';
import { isActive } from '@/lib/operation';

export function OperationBadge({ operation }: { operation: OperationBody }) {
  if (isActive(operation)) {
    if (operation.cancelRequestedAt)
      return <StateBadge state={operation.state} word="Cancelling" />;
    if (operation.progress.unwinding) return <StateBadge state={operation.state} word="Undoing" />;
  }
  return <StateBadge state={operation.state} />;
}

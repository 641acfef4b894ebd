// Over the page, when the session has ended: signing in again goes on where one was.
import { useQueryClient } from '@tanstack/react-query';
import { Dialog } from '@tenantry/react/ui';
import { useSessionEnded } from '@/lib/session';
import { TokenForm } from './TokenForm';

export function SessionEnded() {
  const hasEnded = useSessionEnded();
  const cache = useQueryClient();
  return (
    <Dialog
      open={hasEnded}
      onOpenChange={() => undefined}
      title="Your session has ended"
      description="It expired, or its token was revoked. This page stays as it is; sign in again to go on."
    >
      <TokenForm onDone={() => void cache.invalidateQueries()} />
    </Dialog>
  );
}

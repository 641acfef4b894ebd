// The only time that a token's secret is seen.
import type { IssuedToken } from '@tenantry/react/client';
import { Button, Dialog } from '@tenantry/react/ui';
import { CopyField } from '@/components/CopyField';
import { Notice } from '@/components/Notice';

export function SecretOnce({
  issued,
  onClose,
}: {
  issued: IssuedToken | undefined;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={issued !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={`The secret of “${issued?.token.name ?? ''}”`}
      footer={
        <Button variant="primary" onClick={onClose}>
          I have kept it
        </Button>
      }
    >
      <div className="grid gap-4">
        <Notice mood="warning">
          It is shown now and never again. Keep it where secrets are kept.
        </Notice>
        <CopyField label="Token" text={issued?.secret ?? ''} />
      </div>
    </Dialog>
  );
}

// The form for a token: a name to know it by, what it may do, and for how long.
import { useState } from 'react';
import type { IssuedToken, Role } from '@tenantry/react/client';
import { Button, ErrorState, Field, Input, Select, Sheet } from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { client } from '@/lib/fleet';

const roles: { role: Role; about: string }[] = [
  { role: 'viewer', about: 'Viewer: looks at everything but tokens and audit' },
  { role: 'operator', about: 'Operator: also changes institutions and their backups' },
  { role: 'admin', about: 'Admin: also purges, and has templates, schedules and tokens' },
];

interface NewTokenProps {
  isOpen: boolean;
  onClose: () => void;
  onIssued: (token: IssuedToken) => void;
}

export function NewToken({ isOpen, onClose, onIssued }: NewTokenProps) {
  return (
    <Sheet open={isOpen} onOpenChange={(open) => !open && onClose()} title="New token">
      <TokenFields onIssued={onIssued} />
    </Sheet>
  );
}

function TokenFields({ onIssued }: { onIssued: (token: IssuedToken) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState('90');
  const make = useAction<void, IssuedToken>({
    run: () => client.createToken({ body: { name: name.trim(), role, validDays: Number(days) } }),
    onDone: onIssued,
    errors: 'form',
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        make.start();
      }}
    >
      <Field label="Name" help="Who or what uses it; lists and the audit log show it.">
        <Input
          value={name}
          required
          maxLength={100}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field label="Role">
        <Select value={role} onChange={(event) => setRole(event.target.value as Role)}>
          {roles.map((each) => (
            <option key={each.role} value={each.role}>
              {each.about}
            </option>
          ))}
        </Select>
      </Field>
      <Field label="Valid for days">
        <Input
          type="number"
          min={1}
          max={3650}
          required
          value={days}
          onChange={(event) => setDays(event.target.value)}
        />
      </Field>
      {make.error && <ErrorState error={make.error} inline />}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" pending={make.isPending}>
          Make token
        </Button>
      </div>
    </form>
  );
}

// What can be changed about an institution: names, plan, quota, contact, labels; its credentials; and, set apart,
// what shuts it out or destroys it.
import type { SchemaBody } from '@tenantry/react/client';
import { Attributes } from './Attributes';
import { Credentials } from './Credentials';
import { DangerZone } from './DangerZone';

export function Settings({ schema }: { schema: SchemaBody }) {
  const hasRoles = schema.state === 'active' || schema.state === 'suspended';
  return (
    <div className="grid gap-5">
      <Attributes key={schema.version} schema={schema} />
      {hasRoles && <Credentials schema={schema} />}
      <DangerZone schema={schema} />
    </div>
  );
}

// What can be changed about an institution: names, plan, quota, contact, labels; its credentials; and, set apart,
// what shuts it out or destroys it.
import type { SchemaBody } from '@tenantry/react/client';
import { Attributes } from './Attributes';
import { Credentials } from './Credentials';
import { DangerZone } from './DangerZone';

export function Settings({ schema }: { schema: SchemaBody }) {
  return (
    <div className="grid gap-5">
      <Attributes key={schema.version} schema={schema} />
      <Credentials schema={schema} />
      <DangerZone schema={schema} />
    </div>
  );
}

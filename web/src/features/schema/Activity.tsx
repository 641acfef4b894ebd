// Who did what to this institution. The audit log is open to admins only.
import { useInfiniteQuery } from '@tanstack/react-query';
import { Lock } from 'lucide-react';
import type { SchemaBody } from '@tenantry/react/client';
import { EmptyState } from '@tenantry/react/ui';
import { audit } from '@/lib/fleet';
import { useRefusal } from '@/lib/access';
import { auditColumns } from '@/components/audit-columns';
import { Listing } from '@/components/Listing';
import { Panel } from '@/components/Panel';

const columns = auditColumns({ schema: false });

export function Activity({ schema }: { schema: SchemaBody }) {
  const refusal = useRefusal('admin');
  if (refusal)
    return (
      <EmptyState icon={Lock} title="The audit log is not open to you" description={refusal} />
    );
  return <Records name={schema.name} />;
}

function Records({ name }: { name: string }) {
  const query = useInfiniteQuery(audit(name));
  return (
    <Panel title="Activity" note="Who did what, the newest first" flush>
      <Listing
        label={`Audit records of ${name}`}
        query={query}
        columns={columns}
        keyOf={(row) => String(row.id)}
        empty={{ title: 'No records yet', description: 'Every change leaves one.' }}
      />
    </Panel>
  );
}

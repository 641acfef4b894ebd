// What was and is being done to this institution.
import { useInfiniteQuery } from '@tanstack/react-query';
import type { SchemaBody } from '@tenantry/react/client';
import { operations } from '@/lib/fleet';
import { Listing } from '@/components/Listing';
import { operationColumns } from '@/components/operation-columns';
import { Panel } from '@/components/Panel';

const columns = operationColumns({ schema: false });

export function OperationSection({ schema }: { schema: SchemaBody }) {
  const query = useInfiniteQuery(operations({ schema: schema.name }));
  return (
    <Panel title="Operations" note="The newest first" flush>
      <Listing
        label={`Operations of ${schema.name}`}
        query={query}
        columns={columns}
        keyOf={(row) => row.id}
        empty={{
          title: 'No operations yet',
          description: 'Whatever is done to it from now on is listed here.',
        }}
      />
    </Panel>
  );
}

// Who did what, when and from where. A record is written in the transaction of the change, so none is missing.
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { audit } from '@/lib/fleet';
import { auditColumns } from '@/components/audit-columns';
import { Filters } from '@/components/Filters';
import { Listing } from '@/components/Listing';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';

const route = getRouteApi('/house/audit');
const columns = auditColumns({ schema: true });

export function AuditPage() {
  const { schema } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(audit(schema));
  const clear = () => void navigate({ search: {} });
  return (
    <Page
      title="Audit"
      lead="Who did what, when and from where. Records are written with the change and never altered."
    >
      <Panel
        title={schema ? `Records of ${schema}` : 'All records'}
        note="The newest first"
        flush
        actions={
          <Filters
            filters={[
              {
                kind: 'text',
                label: 'Schema',
                value: schema,
                onChange: (value) =>
                  void navigate({ search: value ? { schema: value } : {}, replace: true }),
              },
            ]}
            onClear={schema ? clear : undefined}
          />
        }
      >
        <Listing
          label="Audit records"
          query={query}
          columns={columns}
          keyOf={(row) => String(row.id)}
          empty={{ title: 'No records yet', description: 'Every change from now on leaves one.' }}
          onClear={schema ? clear : undefined}
        />
      </Panel>
    </Page>
  );
}

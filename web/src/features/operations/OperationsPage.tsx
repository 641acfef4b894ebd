// Every operation of the fleet, filtered by state, kind and schema. The filters are in the URL.
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { operationWords } from '@tenantry/react/ui';
import { operations } from '@/lib/fleet';
import { operationKinds, operationStates } from '@/lib/operation';
import { sentence } from '@/lib/words';
import { Filters } from '@/components/Filters';
import { Listing } from '@/components/Listing';
import { operationColumns } from '@/components/operation-columns';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';

const route = getRouteApi('/house/operations');

const columns = operationColumns({ schema: true });

export function OperationsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(operations(search));
  const isFiltered = Object.keys(search).length > 0;
  const clear = () => void navigate({ search: {} });
  return (
    <Page
      title="Operations"
      lead="Every change to the fleet, with its steps. Nothing is lost by closing this page."
    >
      <Panel
        title={
          search.state
            ? `${search.state.split(',').map(sentence).join(', ')} operations`
            : 'All operations'
        }
        flush
        actions={
          <Filters
            filters={[
              {
                kind: 'choice',
                label: 'State',
                value: search.state,
                choices: [
                  { value: 'queued,running,waiting', label: 'Not ended' },
                  { value: 'failed,stuck', label: 'Failed or stuck' },
                  ...operationStates.map((state) => ({ value: state, label: sentence(state) })),
                ],
                onChange: (state) =>
                  void navigate({ search: (old) => ({ ...old, state }), replace: true }),
              },
              {
                kind: 'choice',
                label: 'Kind',
                value: search.kind,
                choices: operationKinds.map((kind) => ({
                  value: kind,
                  label: operationWords(kind).name,
                })),
                onChange: (kind) =>
                  void navigate({ search: (old) => ({ ...old, kind }), replace: true }),
              },
              {
                kind: 'text',
                label: 'Schema',
                value: search.schema,
                onChange: (schema) =>
                  void navigate({ search: (old) => ({ ...old, schema }), replace: true }),
              },
            ]}
            onClear={isFiltered ? clear : undefined}
          />
        }
      >
        <Listing
          label="Operations"
          query={query}
          columns={columns}
          keyOf={(row) => row.id}
          empty={{
            title: 'No operations yet',
            description: 'Whatever is changed from now on is listed here.',
          }}
          onClear={isFiltered ? clear : undefined}
        />
      </Panel>
    </Page>
  );
}

// Every institution and its schema: the package's own list, with its filters, order and form in the URL.
import { useMemo, useRef } from 'react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Download, FileUp } from 'lucide-react';
import { SchemaManagement } from '@tenantry/react/ui';
import { useShortcut } from '@/lib/shortcuts';
import { Page } from '@/components/Page';
import { exportOf, filtersOf, searchOf, sortOf } from './search';

const route = getRouteApi('/house/schemas');
const look =
  'inline-flex h-8 items-center gap-1.5 rounded-md border bg-background px-3 font-medium hover:bg-accent';

export function SchemasPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const box = useRef<HTMLInputElement>(null);
  const filters = useMemo(() => filtersOf(search), [search]);
  useShortcut('/', 'Search schemas', 'This page', () => box.current?.focus());
  useShortcut(
    'c',
    'Create a schema',
    'This page',
    () => void navigate({ search: { ...search, new: true } }),
  );
  return (
    <Page
      title="Schemas"
      isFull
      actions={
        <>
          <a href={exportOf(search)} download="institutions.csv" className={look}>
            <Download aria-hidden="true" className="size-4" />
            Export CSV
          </a>
          <Link to="/schemas/import" className={look}>
            <FileUp aria-hidden="true" className="size-4" />
            Import CSV
          </Link>
        </>
      }
    >
      <SchemaManagement
        className="min-h-112 grow bg-card"
        searchRef={box}
        filters={filters}
        onFiltersChange={(next) =>
          void navigate({ search: (old) => searchOf(next, old), replace: true })
        }
        sort={sortOf(search)}
        onSortChange={(sort) =>
          void navigate({ search: (old) => ({ ...old, sort }), replace: true })
        }
        creating={search.new === true}
        onCreatingChange={(open) =>
          void navigate({ search: (old) => ({ ...old, new: open || undefined }) })
        }
        onOpen={({ name }) =>
          void navigate({ to: '/schemas/$name/{-$section}', params: { name, section: undefined } })
        }
        onRestore={({ name }) => void navigate({ to: '/schemas/$name/restore', params: { name } })}
      />
    </Page>
  );
}

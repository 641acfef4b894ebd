// How the living schema and one of its copies differ, in form and rows.
import { useQuery } from '@tanstack/react-query';
import type { Comparison, TableComparison } from '@tenantry/react/client';
import { Button, ErrorState, Sheet, Skeleton } from '@tenantry/react/ui';
import { comparison } from '@/lib/fleet';
import { counted, formatCount } from '@/lib/words';
import { Notice } from './Notice';

interface ComparisonSheetProps {
  schema: string;
  copy: string | undefined;
  onClose: () => void;
}

export function ComparisonSheet({ schema, copy, onClose }: ComparisonSheetProps) {
  return (
    <Sheet
      open={copy !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={`${schema} and its copy`}
      description={copy}
    >
      {copy && <ComparisonOf schema={schema} copy={copy} />}
    </Sheet>
  );
}

export function ComparisonOf({ schema, copy }: { schema: string; copy: string }) {
  const query = useQuery(comparison(schema, copy));
  if (query.isPending) {
    return (
      <div role="status" aria-label="Every row is being compared" className="grid gap-3">
        <Skeleton className="h-12" />
        <Skeleton className="h-64" />
      </div>
    );
  }
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div className="grid gap-4">
      <Verdict found={query.data} />
      <Form found={query.data} />
      <Tables tables={query.data.tables} />
      <div>
        <Button size="sm" pending={query.isFetching} onClick={() => void query.refetch()}>
          Compare again
        </Button>
      </div>
    </div>
  );
}

function Verdict({ found }: { found: Comparison }) {
  if (found.equal) {
    return (
      <Notice mood="good" title="They are the same">
        In form and in every row, seen from one snapshot.
      </Notice>
    );
  }
  const different = found.tables.filter((table) => !table.equal).length;
  return (
    <Notice
      mood="warning"
      title={different > 0 ? `${counted(different, 'table')} differ` : 'They differ in form'}
    >
      “Here” is the schema that lives, “there” the copy.
    </Notice>
  );
}

function Form({ found: { form } }: { found: Comparison }) {
  const parts = [
    { name: 'Only here', items: form.onlyHere },
    { name: 'Only there', items: form.onlyThere },
    { name: 'Made otherwise', items: form.changed },
    { name: 'Sequences at another number', items: form.sequences },
  ].filter((part) => part.items.length > 0);
  return parts.map((part) => (
    <details key={part.name}>
      <summary className="font-medium">
        {part.name}: {formatCount(part.items.length)}
      </summary>
      <ul className="mt-1 ps-4 text-xs text-muted-foreground">
        {part.items.map((item) => (
          <li key={item} className="[overflow-wrap:anywhere]">
            {item}
          </li>
        ))}
      </ul>
    </details>
  ));
}

const rows = (value: number | null | undefined) =>
  typeof value === 'number' ? formatCount(value) : '–';

function Tables({ tables }: { tables: readonly TableComparison[] }) {
  const sorted = tables.toSorted(
    (a, b) => Number(a.equal) - Number(b.equal) || a.name.localeCompare(b.name),
  );
  return (
    <table aria-label="Tables compared" className="w-full text-xs">
      <thead className="text-muted-foreground">
        <tr>
          <th scope="col" className="py-1 text-start font-medium">
            Table
          </th>
          <th scope="col" className="py-1 ps-3 text-end font-medium">
            Rows here
          </th>
          <th scope="col" className="py-1 ps-3 text-end font-medium">
            Rows there
          </th>
          <th scope="col" className="py-1 ps-3 text-end font-medium">
            Differ
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((table) => (
          <tr key={table.name} className={`border-t ${table.equal ? 'text-muted-foreground' : ''}`}>
            <th scope="row" className="py-1 text-start font-medium [overflow-wrap:anywhere]">
              {table.name}
              <Keys table={table} />
            </th>
            <td className="py-1 ps-3 text-end align-top">{rows(table.rowsHere)}</td>
            <td className="py-1 ps-3 text-end align-top">{rows(table.rowsThere)}</td>
            <td className="py-1 ps-3 text-end align-top">
              {table.equal ? 'same' : difference(table)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const difference = (table: TableComparison) =>
  typeof table.onlyHere === 'number' && typeof table.onlyThere === 'number'
    ? `${formatCount(table.onlyHere)} here, ${formatCount(table.onlyThere)} there`
    : 'yes';

function Keys({ table }: { table: TableComparison }) {
  if (table.keysOnlyHere.length + table.keysOnlyThere.length === 0) return null;
  return (
    <span className="block font-normal text-muted-foreground">
      {table.keysOnlyHere.length > 0 && `only here: ${table.keysOnlyHere.slice(0, 5).join(' ')} `}
      {table.keysOnlyThere.length > 0 && `only there: ${table.keysOnlyThere.slice(0, 5).join(' ')}`}
    </span>
  );
}

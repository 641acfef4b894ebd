// A table of tens or hundreds of rows that becomes a list of cards on a narrow page. The list of schemas, which has a
// hundred thousand, is the package's.
import type { ReactNode } from 'react';

export interface Column<Row> {
  name: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the end. */
  end?: boolean;
  /** Does not break, and takes no more room than it needs. */
  tight?: boolean;
  /** The heading is there for screen readers only. */
  silent?: boolean;
}

interface DataTableProps<Row> {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  keyOf: (row: Row) => string;
}

export function DataTable<Row>({ label, rows, columns, keyOf }: DataTableProps<Row>) {
  return (
    <table aria-label={label} className="rows-as-cards w-full border-t">
      <thead>
        <tr className="text-xs text-muted-foreground">
          {columns.map((column) => (
            <th
              key={column.name}
              scope="col"
              className={`px-4 py-2 font-medium whitespace-nowrap ${column.end ? 'text-end' : 'text-start'}`}
            >
              <span className={column.silent ? 'sr-only' : ''}>{column.name}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} className="border-t hover:bg-muted/50">
            {columns.map((column) => (
              <td
                key={column.name}
                {...(column.silent ? {} : { 'data-label': column.name })}
                className={`px-4 py-2 align-middle ${column.end ? 'text-end' : ''} ${column.tight ? 'w-px whitespace-nowrap' : ''}`}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

// Around every chart: its title, what it shows in one sentence, what the cursor is at, and its twin as a table.
import { useId, useState, type ReactNode } from 'react';

interface ChartFrameProps {
  title: string;
  /** The sentence for those who do not see the chart, and those who read faster than they look. */
  summary: string;
  /** What the cursor is at; told to screen readers as it moves. */
  said: string | undefined;
  chart: ReactNode;
  /** The head of the table and its rows, the newest first. */
  columns: readonly string[];
  rows: readonly { key: number; cells: readonly string[] }[];
}

export function ChartFrame({ title, summary, said, chart, columns, rows }: ChartFrameProps) {
  const [asTable, setAsTable] = useState(false);
  const titleId = useId();
  return (
    <figure aria-labelledby={titleId} className="min-w-0">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h3 id={titleId} className="font-medium">
          {title}
        </h3>
        <button
          type="button"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
          className="min-h-6 rounded-sm px-1 text-xs text-muted-foreground underline-offset-4 hover:text-foreground hover:underline"
        >
          View as table
        </button>
      </div>
      {asTable ? <Twin title={title} columns={columns} rows={rows} /> : chart}
      <figcaption className="mt-2 flex min-h-5 flex-wrap justify-between gap-x-6 text-xs text-muted-foreground">
        <span>{summary}</span>
        <span aria-live="polite" className="text-foreground">
          {said}
        </span>
      </figcaption>
    </figure>
  );
}

function Twin({ title, columns, rows }: Pick<ChartFrameProps, 'title' | 'columns' | 'rows'>) {
  return (
    <div
      role="region"
      aria-label={`${title}, table`}
      // a region that scrolls can be reached with the keyboard
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="max-h-56 overflow-y-auto rounded-md border"
    >
      <table className="w-full text-xs">
        <thead className="sticky top-0 bg-card text-muted-foreground">
          <tr>
            {columns.map((column, index) => (
              <th
                key={column}
                scope="col"
                className={`px-3 py-1.5 font-medium ${index === 0 ? 'text-start' : 'text-end'}`}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key} className="border-t">
              {cells.map((cell, index) => (
                <td key={columns[index]} className={`px-3 py-1 ${index === 0 ? '' : 'text-end'}`}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

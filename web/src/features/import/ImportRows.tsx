// What an import would do with each row. Rows with something wrong come first, and each says everything that is wrong.
import { useState } from 'react';
import type { Fate, ImportReport, ImportRow } from '@tenantry/react/client';
import { Badge, Button, type Tone } from '@tenantry/react/ui';
import { formatCount } from '@/lib/words';
import { DataTable, type Column } from '@/components/DataTable';
import { Panel } from '@/components/Panel';

const fates: Record<Fate, { word: string; tone: Tone }> = {
  invalid: { word: 'Invalid', tone: 'bad' },
  differs: { word: 'Differs, left alone', tone: 'warning' },
  update: { word: 'Change', tone: 'busy' },
  create: { word: 'Create', tone: 'good' },
  unchanged: { word: 'Unchanged', tone: 'neutral' },
};
const order = Object.keys(fates) as Fate[];
const shownAtFirst = 200;

const columns: Column<ImportRow>[] = [
  { name: 'Line', cell: (row) => row.line, end: true, tight: true },
  { name: 'Name', cell: (row) => <span className="font-medium">{row.name || '(empty)'}</span> },
  {
    name: 'What happens',
    cell: (row) => <Badge tone={fates[row.fate].tone}>{fates[row.fate].word}</Badge>,
    tight: true,
  },
  {
    name: 'Why',
    cell: (row) => (
      <ul className="[overflow-wrap:anywhere] text-muted-foreground">
        {row.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
        {row.changes.length > 0 && <li>Differs in {row.changes.join(', ')}.</li>}
      </ul>
    ),
  },
];

export function ImportRows({ report }: { report: ImportReport }) {
  const [shown, setShown] = useState(shownAtFirst);
  const rows = report.rows.toSorted(
    (a, b) => order.indexOf(a.fate) - order.indexOf(b.fate) || a.line - b.line,
  );
  const counts: [Fate, number][] = [
    ['create', report.create],
    ['update', report.update],
    ['unchanged', report.unchanged],
    ['differs', report.differs],
    ['invalid', report.invalid],
  ];
  return (
    <Panel
      title="What would happen"
      flush
      actions={
        <p role="status" className="flex flex-wrap gap-1.5">
          {counts
            .filter(([, count]) => count > 0)
            .map(([fate, count]) => (
              <Badge key={fate} tone={fates[fate].tone}>
                {fates[fate].word}: {formatCount(count)}
              </Badge>
            ))}
        </p>
      }
    >
      <DataTable
        label="Rows of the sheet"
        rows={rows.slice(0, shown)}
        columns={columns}
        keyOf={(row) => String(row.line)}
      />
      <footer className="flex items-center justify-between border-t px-4 py-2.5 text-xs text-muted-foreground">
        <span>
          Showing {formatCount(Math.min(shown, rows.length))} of {formatCount(rows.length)}
        </span>
        {shown < rows.length && (
          <Button size="sm" onClick={() => setShown(shown + shownAtFirst)}>
            Show more
          </Button>
        )}
      </footer>
    </Panel>
  );
}

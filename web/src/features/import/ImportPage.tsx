// Many institutions at once from a sheet of CSV: choose or paste it, look at what would happen to each row, then do it.
import { useId, useState, type DragEvent } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { FileUp } from 'lucide-react';
import type { FleetError, ImportReport, OperationBody } from '@tenantry/react/client';
import { Button, ErrorState, Field, Select, Textarea } from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { useRefusal } from '@/lib/access';
import { client, templates } from '@/lib/fleet';
import { counted } from '@/lib/words';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';
import { ImportRows } from './ImportRows';

interface Wishes {
  csv: string;
  template: string;
  update: boolean;
  skipInvalid: boolean;
}

const example = `name,displayName,externalId,plan
oakwood,Oakwood Primary School,S-1001,
elm_park,Elm Park Academy,S-1002,`;

const queryOf = ({ template, update, skipInvalid }: Wishes) => ({
  ...(template ? { template } : {}),
  ...(update ? { update } : {}),
  ...(skipInvalid ? { skipInvalid } : {}),
});

const isOperation = (answer: OperationBody | ImportReport): answer is OperationBody =>
  'id' in answer;

export function ImportPage() {
  const [wishes, setWishes] = useState<Wishes>({
    csv: '',
    template: '',
    update: false,
    skipInvalid: false,
  });
  const navigate = useNavigate();
  const refusal = useRefusal('operator');
  const look = useAction<Wishes, ImportReport>({
    run: async (wanted) => {
      const answer = await client.importSchemas({
        body: wanted.csv,
        query: { ...queryOf(wanted), dryRun: true },
      });
      if (isOperation(answer))
        throw new Error('The server imported where it was asked for a preview.');
      return answer;
    },
    errors: 'form',
  });
  const begin = useAction<Wishes, OperationBody | ImportReport>({
    run: (wanted, headers) =>
      client.importSchemas({ body: wanted.csv, query: queryOf(wanted), headers }),
    done: () => 'The import is queued',
    onDone: (answer) => {
      if (isOperation(answer)) void navigate({ to: '/operations/$id', params: { id: answer.id } });
    },
    errors: 'form',
  });
  const change = (part: Partial<Wishes>) => {
    look.reset();
    begin.reset();
    setWishes((old) => ({ ...old, ...part }));
  };
  const report = look.output ?? look.error?.report;
  return (
    <Page
      title="Import institutions"
      lead="A sheet of CSV with a header; up to 10,000 rows. Nothing is done before you have seen what would be."
      trail={
        <Link to="/schemas" className="hover:text-foreground hover:underline">
          Schemas
        </Link>
      }
    >
      <div className="grid gap-5">
        <Sheet wishes={wishes} onChange={change} />
        <div className="flex flex-wrap items-center gap-2">
          <Button
            disabledReason={wishes.csv.trim() ? refusal : 'Choose or paste a sheet first.'}
            pending={look.isPending}
            onClick={() => look.start(wishes)}
          >
            Preview
          </Button>
          {report && (
            <BeginButton report={report} wishes={wishes} refusal={refusal} begin={begin} />
          )}
        </div>
        {problemOf(look.error, begin.error)}
        {report && <ImportRows report={report} />}
      </div>
    </Page>
  );
}

/** A refusal for its rows is shown at the rows; any other one as it is. */
function problemOf(...errors: (FleetError | undefined)[]) {
  const error = errors.find((each) => each && !each.report);
  return error && <ErrorState error={error} inline />;
}

interface BeginButtonProps {
  report: ImportReport;
  wishes: Wishes;
  refusal: string | undefined;
  begin: { start: (wishes: Wishes) => void; isPending: boolean };
}

function BeginButton({ report, wishes, refusal, begin }: BeginButtonProps) {
  const work = report.create + report.update;
  const nothing =
    report.invalid > 0 && !wishes.skipInvalid
      ? 'Correct the invalid rows, or leave them out.'
      : work === 0
        ? 'There is nothing to do.'
        : undefined;
  return (
    <Button
      variant="primary"
      disabledReason={refusal ?? nothing}
      pending={begin.isPending}
      onClick={() => begin.start(wishes)}
    >
      Import {counted(work, 'institution')}
    </Button>
  );
}

function Sheet({
  wishes,
  onChange,
}: {
  wishes: Wishes;
  onChange: (part: Partial<Wishes>) => void;
}) {
  const fileId = useId();
  const { data } = useQuery(templates());
  const names = [...new Set(data?.items.map((each) => each.name))];
  const read = (file: File | undefined) => void file?.text().then((csv) => onChange({ csv }));
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    read(event.dataTransfer.files[0]);
  };
  return (
    <Panel title="The sheet">
      <div onDragOver={(event) => event.preventDefault()} onDrop={onDrop} className="grid gap-4">
        <div className="flex flex-wrap items-center gap-3">
          <label
            htmlFor={fileId}
            className="inline-flex h-8 cursor-pointer items-center gap-1.5 rounded-md border bg-background px-3 font-medium hover:bg-accent has-focus-visible:outline-2 has-focus-visible:outline-ring"
          >
            <FileUp aria-hidden="true" className="size-4" />
            Choose a file
            <input
              id={fileId}
              type="file"
              accept=".csv,text/csv"
              className="sr-only"
              onChange={(event) => read(event.target.files?.[0])}
            />
          </label>
          <span className="text-muted-foreground">or drop one here, or paste below</span>
          <Button variant="ghost" size="sm" onClick={() => onChange({ csv: example })}>
            Show an example
          </Button>
        </div>
        <Field label="CSV">
          <Textarea
            rows={8}
            spellCheck={false}
            className="font-mono"
            placeholder={example}
            value={wishes.csv}
            onChange={(event) => onChange({ csv: event.target.value })}
          />
        </Field>
        <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
          <Field label="Template" help="For rows that name none.">
            <Select
              value={wishes.template}
              onChange={(event) => onChange({ template: event.target.value })}
            >
              <option value="">default</option>
              {names
                .filter((name) => name !== 'default')
                .map((name) => (
                  <option key={name}>{name}</option>
                ))}
            </Select>
          </Field>
          <Check
            label="Change those that are there and differ"
            checked={wishes.update}
            onChange={(update) => onChange({ update })}
          />
          <Check
            label="Leave invalid rows out"
            checked={wishes.skipInvalid}
            onChange={(skipInvalid) => onChange({ skipInvalid })}
          />
        </div>
      </div>
    </Panel>
  );
}

function Check({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label className="flex min-h-8 items-center gap-2 pb-6">
      <input
        type="checkbox"
        className="size-4 accent-primary"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

// Takes over schemas that are there already: looks first, says what would be adopted and why not, and only then does it.
import { useState } from 'react';
import type {
  AdoptionBody,
  AdoptionRequest,
  AdoptionTool,
  FoundSchemaBody,
} from '@tenantry/react/client';
import {
  Badge,
  Button,
  ConfirmDialog,
  ErrorState,
  Field,
  formatBytes,
  Input,
  Select,
  type Tone,
} from '@tenantry/react/ui';
import { useAction } from '@/lib/action';
import { client } from '@/lib/fleet';
import { counted, formatCount } from '@/lib/words';
import { CopyField } from '@/components/CopyField';
import { DataTable, type Column } from '@/components/DataTable';
import { Notice } from '@/components/Notice';
import { OperationLink } from '@/components/OperationLink';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';

const tools: { tool: AdoptionTool | 'pattern'; about: string }[] = [
  { tool: 'auto', about: 'Find out which tool made them' },
  { tool: 'django-tenants', about: 'django-tenants' },
  { tool: 'apartment', about: 'Apartment (Rails)' },
  { tool: 'stancl', about: 'stancl/tenancy (Laravel)' },
  { tool: 'pattern', about: 'By a pattern of their names' },
];

const fates: Record<FoundSchemaBody['fate'], { word: string; tone: Tone }> = {
  adopt: { word: 'Adopt', tone: 'good' },
  managed: { word: 'Adopted already', tone: 'neutral' },
  excluded: { word: 'Left out', tone: 'neutral' },
  name_needed: { word: 'Needs a name', tone: 'warning' },
  no_row: { word: 'Not in the list', tone: 'warning' },
};

const columns: Column<FoundSchemaBody>[] = [
  { name: 'Schema', cell: (row) => <code className="text-xs">{row.schemaName}</code> },
  {
    name: 'What happens',
    cell: (row) => <Badge tone={fates[row.fate].tone}>{fates[row.fate].word}</Badge>,
    tight: true,
  },
  { name: 'Institution', cell: (row) => row.name ?? '–' },
  { name: 'Version', cell: (row) => row.toolVersion ?? '–' },
  { name: 'Stands', cell: (row) => row.standing },
  {
    name: 'Tables',
    cell: (row) => (typeof row.tables === 'number' ? formatCount(row.tables) : '–'),
    end: true,
  },
  { name: 'Size', cell: (row) => formatBytes(row.bytes), end: true, tight: true },
  {
    name: 'Why',
    cell: (row) =>
      row.operation ? (
        <OperationLink id={row.operation}>adopt_schema</OperationLink>
      ) : (
        <span className="text-muted-foreground">{row.reason}</span>
      ),
  },
];

export function AdoptionPage() {
  const [tool, setTool] = useState<AdoptionTool | 'pattern'>('auto');
  const [pattern, setPattern] = useState('');
  const [exclude, setExclude] = useState('');
  const [asks, setAsks] = useState(false);
  const request = (dryRun: boolean): AdoptionRequest => ({
    dryRun,
    ...(tool === 'pattern' ? { pattern: pattern.trim() } : { tool }),
    ...(exclude.trim() ? { exclude: exclude.trim().split(/[\s,]+/) } : {}),
  });
  const look = useAction<void, AdoptionBody>({
    run: () => client.adoptSchemas({ body: request(true) }),
    errors: 'form',
  });
  const adopt = useAction<void, AdoptionBody>({
    run: () => client.adoptSchemas({ body: request(false) }),
    done: (answer) => `${counted(answer.adopted, 'schema')} are being adopted`,
    onDone: () => setAsks(false),
  });
  const seen = adopt.output ?? look.output;
  const changed = () => {
    look.reset();
    adopt.reset();
  };
  return (
    <Page
      title="Adoption"
      lead="Schemas that another tool made can be shown and backed up here. Adopted ones are only read, until you ask for more."
    >
      <div className="grid gap-5">
        <Panel title="What to look for">
          <form
            className="flex flex-wrap items-start gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              look.start();
            }}
          >
            <Field label="Made by" className="w-64">
              <Select
                value={tool}
                onChange={(event) => {
                  changed();
                  setTool(event.target.value as AdoptionTool | 'pattern');
                }}
              >
                {tools.map((each) => (
                  <option key={each.tool} value={each.tool}>
                    {each.about}
                  </option>
                ))}
              </Select>
            </Field>
            {tool === 'pattern' && (
              <Field label="Pattern" help="* stands for any characters.">
                <Input
                  required
                  value={pattern}
                  placeholder="school_*"
                  onChange={(event) => setPattern(event.target.value)}
                />
              </Field>
            )}
            <Field label="Leave out" help="Schemas, separated by commas." optional>
              <Input value={exclude} onChange={(event) => setExclude(event.target.value)} />
            </Field>
            <Button type="submit" pending={look.isPending} className="mt-6.5">
              Look
            </Button>
          </form>
        </Panel>
        {look.error && <ErrorState error={look.error} inline />}
        {seen && <Found seen={seen} onAdopt={() => setAsks(true)} />}
      </div>
      <ConfirmDialog
        open={asks}
        onOpenChange={setAsks}
        title={`Adopt ${counted(toAdopt(seen), 'schema')}?`}
        verb="Adopt"
        pending={adopt.isPending}
        error={adopt.error}
        onConfirm={() => adopt.start()}
      >
        Nothing in them is touched. They are listed and measured, and can be released again.
      </ConfirmDialog>
    </Page>
  );
}

const toAdopt = (seen: AdoptionBody | undefined) =>
  seen?.schemas.filter((each) => each.fate === 'adopt').length ?? 0;

function Found({ seen, onAdopt }: { seen: AdoptionBody; onAdopt: () => void }) {
  const work = toAdopt(seen);
  const isBlocked = seen.obstacles.some((obstacle) => obstacle.fatal);
  return (
    <>
      {seen.obstacles.map((obstacle) => (
        <Notice
          key={obstacle.detail}
          mood={obstacle.fatal ? 'bad' : 'warning'}
          title={obstacle.detail}
        >
          <CopyField label="What lets it be read" text={obstacle.remedy} />
        </Notice>
      ))}
      <Panel
        title={`${counted(seen.schemas.length, 'schema')} found (${seen.origin})`}
        note={
          seen.commonVersion
            ? `Most are at ${seen.commonVersion.version ?? 'no migration'}, with ${formatCount(seen.commonVersion.migrationsApplied)} migrations applied.`
            : undefined
        }
        flush
        actions={
          seen.dryRun && (
            <Button
              variant="primary"
              disabledReason={
                isBlocked
                  ? 'Something stands in the way; see above.'
                  : work === 0
                    ? 'There is nothing to adopt.'
                    : undefined
              }
              onClick={onAdopt}
            >
              Adopt {counted(work, 'schema')}…
            </Button>
          )
        }
      >
        <DataTable
          label="Schemas found"
          rows={seen.schemas}
          columns={columns}
          keyOf={(row) => row.schemaName}
        />
      </Panel>
      {seen.rowsWithoutSchema.length > 0 && (
        <Notice
          mood="warning"
          title={`${counted(seen.rowsWithoutSchema.length, 'row')} of the list have no schema`}
        >
          {seen.rowsWithoutSchema.slice(0, 20).join(', ')}
        </Notice>
      )}
    </>
  );
}

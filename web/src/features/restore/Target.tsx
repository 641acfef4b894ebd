// Step 2: to where. Beside the living schema is the rule, since nothing is lost by it; in its place only where nothing lives.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { SchemaBody } from '@tenantry/react/client';
import { Button, ErrorState, Field, Input, Skeleton } from '@tenantry/react/ui';
import { backup as backupOptions } from '@/lib/fleet';
import { tablesOf } from '@/lib/manifest';
import { formatCount } from '@/lib/words';
import { Panel } from '@/components/Panel';
import { nameBeside, problemOfName } from './target-name';

const route = getRouteApi('/house/schemas/$name/restore');
type Place = 'beside' | 'swap' | 'place';

interface TargetProps {
  name: string;
  schema: SchemaBody | undefined;
  backup: string;
}

export function Target({ name, schema, backup }: TargetProps) {
  const query = useQuery(backupOptions(backup));
  if (query.isError && !query.data)
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton className="h-64" />;
  const suggested = nameBeside(schema?.schemaName ?? `inst_${name}`, query.data.takenAt);
  return <Choice schema={schema} suggested={suggested} tables={tablesOf(query.data)} />;
}

interface ChoiceProps {
  schema: SchemaBody | undefined;
  suggested: string;
  tables: readonly { name: string; rows: number }[];
}

function Choice({ schema, suggested, tables }: ChoiceProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const lives = schema?.state === 'active' || schema?.state === 'suspended';
  const [place, setPlace] = useState<Place>(search.target ?? (lives ? 'beside' : 'place'));
  const [as, setAs] = useState(search.as ?? suggested);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(search.tables?.split(',')));
  const problem = place === 'place' ? undefined : problemOfName(as);
  const go = () => {
    const tablesWanted =
      place === 'beside' && chosen.size > 0 ? { tables: [...chosen].join(',') } : {};
    const target = place === 'place' ? {} : { as };
    void navigate({
      search: { step: 'review', backup: search.backup, target: place, ...target, ...tablesWanted },
    });
  };
  return (
    <form
      className="grid gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (!problem) go();
      }}
    >
      <Panel title="To where">
        <fieldset className="grid gap-2">
          <legend className="sr-only">To where</legend>
          <Option
            value="beside"
            place={place}
            onChange={setPlace}
            title="Beside the living schema"
            about="It becomes a copy to look into and compare with. Nothing that lives is touched."
          />
          <Option
            value="swap"
            place={place}
            onChange={setPlace}
            refused={lives ? undefined : 'Nothing lives that it could be swapped with.'}
            title="Beside it, compared, then swapped in"
            about="What lives now is put aside as a copy and kept for a week, so that it can be swapped back."
          />
          <Option
            value="place"
            place={place}
            onChange={setPlace}
            refused={
              lives
                ? 'The institution lives. Swap a restored copy in instead, or drop it first.'
                : undefined
            }
            title="As the institution’s schema"
            about="For one that was dropped, purged or lost. What it takes the place of is kept for a week."
          />
        </fieldset>
      </Panel>
      {place !== 'place' && (
        <Panel title="Its name in the database">
          <Field label="Schema" error={problem} className="max-w-md">
            <Input
              value={as}
              required
              spellCheck={false}
              className="font-mono"
              onChange={(event) => setAs(event.target.value)}
            />
          </Field>
        </Panel>
      )}
      {place === 'beside' && tables.length > 0 && (
        <TableChoice tables={tables} chosen={chosen} onChange={setChosen} />
      )}
      <div className="flex gap-2">
        <Button onClick={() => void navigate({ search: {} })}>Back</Button>
        <Button type="submit" variant="primary" disabledReason={problem}>
          Review
        </Button>
      </div>
    </form>
  );
}

interface OptionProps {
  value: Place;
  place: Place;
  onChange: (place: Place) => void;
  title: string;
  about: string;
  refused?: string | undefined;
}

function Option({ value, place, onChange, title, about, refused }: OptionProps) {
  return (
    <label
      aria-label={title}
      className={`flex gap-3 rounded-md border px-3 py-2.5 has-checked:border-ring has-checked:bg-accent has-focus-visible:outline-2 has-focus-visible:outline-ring ${refused ? 'text-muted-foreground' : 'cursor-pointer'}`}
    >
      <input
        type="radio"
        name="target"
        className="mt-1 accent-primary"
        value={value}
        checked={place === value}
        disabled={refused !== undefined}
        onChange={() => onChange(value)}
      />
      <span>
        <span className="block font-medium">{title}</span>
        <span className="block text-muted-foreground">{refused ?? about}</span>
      </span>
    </label>
  );
}

interface TableChoiceProps {
  tables: readonly { name: string; rows: number }[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

function TableChoice({ tables, chosen, onChange }: TableChoiceProps) {
  const turn = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    onChange(next);
  };
  return (
    <Panel
      title="Which tables"
      note={
        chosen.size === 0
          ? 'All of them'
          : `${formatCount(chosen.size)} of ${formatCount(tables.length)}`
      }
    >
      <details>
        <summary className="text-muted-foreground">Choose some tables only</summary>
        <ul className="mt-2 grid gap-x-6 sm:grid-cols-2 lg:grid-cols-3">
          {tables.map((table) => (
            <li key={table.name}>
              <label className="flex min-h-7 items-center gap-2">
                <input
                  type="checkbox"
                  className="size-4 accent-primary"
                  checked={chosen.has(table.name)}
                  onChange={() => turn(table.name)}
                />
                <code className="min-w-0 grow truncate text-xs">{table.name}</code>
                <span className="text-xs text-muted-foreground">{formatCount(table.rows)}</span>
              </label>
            </li>
          ))}
        </ul>
      </details>
    </Panel>
  );
}

// The dock: what is under way, and what ended lately, on every page. It reads the server and keeps nothing itself, so
// closing or reloading the page loses no operation.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronDown, ListChecks, LoaderCircle } from 'lucide-react';
import type { OperationBody } from '@tenantry/react/client';
import { IconButton, operationWords, RelativeTime } from '@tenantry/react/ui';
import { docked } from '@/lib/docked';
import { errorText, isActive } from '@/lib/operation';
import { counted } from '@/lib/words';
import { OperationBadge } from '@/components/OperationBadge';
import { OperationProgress } from '@/components/OperationProgress';

const settingKey = 'tenantry-dock';

function wasOpen(): boolean {
  try {
    return sessionStorage.getItem(settingKey) === 'open';
  } catch {
    return false;
  }
}

export function Dock() {
  const [isOpen, setIsOpen] = useState(wasOpen);
  const { data } = useQuery(docked());
  const active = data?.active ?? [];
  const total = data?.activeTotal ?? 0;
  const told = total > 0 ? `${counted(total, 'operation')} under way` : 'Operations';
  const turn = (open: boolean) => {
    setIsOpen(open);
    try {
      sessionStorage.setItem(settingKey, open ? 'open' : 'closed');
    } catch {
      // without storage it is closed again after a reload
    }
  };
  return (
    <section
      aria-label="Operations dock"
      className="fixed end-3 bottom-3 z-20 max-w-[calc(100vw-1.5rem)] sm:end-5 sm:bottom-4"
    >
      {isOpen ? (
        <div className="w-88 max-w-full overflow-hidden rounded-lg border bg-popover shadow-lift">
          <header className="flex items-center justify-between border-b py-1.5 ps-3.5 pe-1.5">
            <h2 className="font-semibold">Operations</h2>
            <div className="flex items-center gap-1">
              <Link
                to="/operations"
                className="rounded-sm px-2 py-1 text-xs text-muted-foreground hover:text-foreground"
              >
                All
              </Link>
              <IconButton label="Close the dock" size="icon-sm" onClick={() => turn(false)}>
                <ChevronDown />
              </IconButton>
            </div>
          </header>
          <DockList active={active} total={total} recent={data?.recent ?? []} />
        </div>
      ) : (
        <button
          type="button"
          aria-expanded="false"
          onClick={() => turn(true)}
          className="flex h-9 items-center gap-2 rounded-full border bg-popover px-3.5 font-medium shadow-lift hover:bg-accent"
        >
          {total > 0 ? (
            <LoaderCircle
              aria-hidden="true"
              className="size-4 animate-spin text-busy motion-reduce:animate-none"
            />
          ) : (
            <ListChecks aria-hidden="true" className="size-4 text-muted-foreground" />
          )}
          {told}
        </button>
      )}
      {/* beside the button: what is announced inside of one is not a part of its name */}
      <span role="status" className="sr-only">
        {total > 0 ? told : ''}
      </span>
    </section>
  );
}

interface DockListProps {
  active: readonly OperationBody[];
  total: number;
  recent: readonly OperationBody[];
}

function DockList({ active, total, recent }: DockListProps) {
  if (active.length === 0 && recent.length === 0) {
    return <p className="px-3.5 py-6 text-center text-muted-foreground">Nothing is under way.</p>;
  }
  return (
    <ul
      aria-label="Operations under way and ended lately"
      className="max-h-80 divide-y overflow-y-auto"
    >
      {active.map((operation) => (
        <Entry key={operation.id} operation={operation} />
      ))}
      {total > active.length && (
        <li className="px-3.5 py-2 text-xs text-muted-foreground">
          and {counted(total - active.length, 'other')}
        </li>
      )}
      {recent.map((operation) => (
        <Entry key={operation.id} operation={operation} />
      ))}
    </ul>
  );
}

function Entry({ operation }: { operation: OperationBody }) {
  const words = operationWords(operation.kind);
  const error = errorText(operation);
  return (
    <li className="grid gap-1 px-3.5 py-2">
      <div className="flex items-center justify-between gap-3">
        <Link
          to="/operations/$id"
          params={{ id: operation.id }}
          className="min-w-0 truncate font-medium underline-offset-4 hover:underline"
        >
          {words.name}
          {operation.schema && (
            <span className="font-normal text-muted-foreground"> {operation.schema}</span>
          )}
        </Link>
        <OperationBadge operation={operation} />
      </div>
      {isActive(operation) ? (
        <OperationProgress
          operation={operation}
          label={`${words.name} ${operation.schema ?? ''}`}
        />
      ) : (
        <p className="truncate text-xs text-muted-foreground">
          {error ?? <RelativeTime at={operation.finishedAt ?? operation.createdAt} />}
        </p>
      )}
    </li>
  );
}

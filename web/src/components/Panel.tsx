// A piece of a page with a heading of its own.
import { useId, type ReactNode } from 'react';

interface PanelProps {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Without it the content keeps its distance from the edges; tables go to them. */
  flush?: boolean;
  className?: string;
}

export function Panel({
  title,
  note,
  actions,
  children,
  flush = false,
  className = '',
}: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`min-w-0 rounded-lg border bg-card ${className}`}>
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-3 pb-2">
        <div className="min-w-0">
          <h2 id={id} className="text-sm font-semibold">
            {title}
          </h2>
          {note && <p className="text-xs text-muted-foreground">{note}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      <div className={flush ? 'overflow-hidden rounded-b-lg' : 'px-4 pt-1 pb-4'}>{children}</div>
    </section>
  );
}

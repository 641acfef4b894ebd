// The frame of a page: its title, what it says of itself, its actions, and the width that text is read at.
import { useEffect, type ReactNode } from 'react';

interface PageProps {
  title: string;
  /** What the browser's tab says, where the title alone would not do. */
  documentTitle?: string;
  lead?: ReactNode;
  /** Where one came from: links, above the title. */
  trail?: ReactNode;
  badge?: ReactNode;
  actions?: ReactNode;
  /** Fills the window, for a list that scrolls by itself; pages that are read keep to a width. */
  isFull?: boolean;
  children: ReactNode;
}

export function Page({
  title,
  documentTitle = title,
  lead,
  trail,
  badge,
  actions,
  isFull = false,
  children,
}: PageProps) {
  useEffect(() => {
    document.title = `${documentTitle} · Tenantry`;
  }, [documentTitle]);
  return (
    <div
      className={`mx-auto w-full px-4 pt-5 sm:px-6 lg:px-8 lg:pt-7 ${isFull ? 'flex h-[calc(100dvh-3rem)] min-h-160 flex-col pb-4' : 'max-w-6xl pb-24'}`}
    >
      {trail && <div className="mb-1.5 text-xs text-muted-foreground">{trail}</div>}
      <header className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1
              className="min-w-0 text-xl font-semibold tracking-tight [overflow-wrap:anywhere]"
              dir="auto"
            >
              {title}
            </h1>
            {badge}
          </div>
          {lead && <div className="mt-1 max-w-prose text-muted-foreground">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

// A text of machines, as it is. It scrolls by itself, so the keyboard can reach it.
import type { ReactNode } from 'react';

interface CodeProps {
  label: string;
  children: ReactNode;
  className?: string;
}

export function Code({ label, children, className = 'bg-muted' }: CodeProps) {
  return (
    <pre
      role="region"
      aria-label={label}
      // a region that scrolls can be reached with the keyboard
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className={`mt-1 max-h-72 overflow-auto rounded-md p-3 text-start text-xs ${className}`}
    >
      {children}
    </pre>
  );
}

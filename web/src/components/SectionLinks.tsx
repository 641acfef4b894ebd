// The parts of a page as links with addresses of their own, so that reload, Back and a copied link all find them.
import type { ReactNode } from 'react';

export function SectionLinks({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className="mb-5 overflow-x-auto border-b">
      <ul className="flex min-w-max gap-5">{children}</ul>
    </nav>
  );
}

/** The look of a link in it, for the router's `activeProps` and `inactiveProps`. */
export const sectionLook = {
  base: '-mb-px inline-block border-b-2 py-2 outline-offset-[-2px]',
  active: 'border-foreground font-medium text-foreground',
  inactive: 'border-transparent text-muted-foreground hover:text-foreground',
};

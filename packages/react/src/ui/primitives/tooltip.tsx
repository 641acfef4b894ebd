'use client';
// A hint at something that can be focused. What must be known stands on the page, not in here.
import { Tooltip as Base } from '@base-ui/react/tooltip';
import { clsx } from 'clsx';
import type { ReactElement, ReactNode } from 'react';

export interface TooltipProps {
  hint: ReactNode;
  /** What the hint is about; it must be able to take the focus. */
  children: ReactElement;
  side?: 'top' | 'bottom' | 'left' | 'right';
}

export function Tooltip({ hint, children, side = 'top' }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} delay={300} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className="tenantry tenantry:z-50">
          <Base.Popup
            className={clsx(
              'tenantry tenantry:max-w-72 tenantry:rounded-md tenantry:bg-foreground tenantry:px-2 tenantry:py-1 tenantry:text-xs tenantry:text-background tenantry:shadow-md',
              'tenantry:transition-opacity tenantry:duration-100 tenantry:data-ending-style:opacity-0 tenantry:data-starting-style:opacity-0 tenantry:forced-colors:border',
            )}
          >
            {hint}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

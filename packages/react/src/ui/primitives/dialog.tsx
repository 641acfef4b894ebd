'use client';
// A window over the page, and a sheet at its side. The focus goes back to where it came from.
import { Dialog as Base } from '@base-ui/react/dialog';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { IconButton } from './button.js';

export const BACKDROP = [
  'tenantry tenantry:fixed tenantry:inset-0 tenantry:z-50 tenantry:bg-black/40',
  'tenantry:transition-opacity tenantry:duration-150 tenantry:data-ending-style:opacity-0 tenantry:data-starting-style:opacity-0',
];

export const WINDOW = [
  'tenantry tenantry:fixed tenantry:z-50 tenantry:flex tenantry:flex-col tenantry:border tenantry:border-border tenantry:bg-popover tenantry:text-sm tenantry:text-popover-foreground tenantry:shadow-xl',
  'tenantry:outline-none tenantry:transition tenantry:duration-150',
];

export const CENTRED = [
  'tenantry:top-1/2 tenantry:left-1/2 tenantry:max-h-[calc(100dvh-2rem)] tenantry:w-[calc(100vw-2rem)] tenantry:max-w-md tenantry:-translate-x-1/2 tenantry:-translate-y-1/2 tenantry:rounded-lg',
  'tenantry:data-ending-style:scale-98 tenantry:data-ending-style:opacity-0 tenantry:data-starting-style:scale-98 tenantry:data-starting-style:opacity-0',
];

const AT_THE_SIDE = [
  'tenantry:inset-y-0 tenantry:end-0 tenantry:w-full tenantry:max-w-lg tenantry:border-y-0 tenantry:border-e-0',
  'tenantry:data-ending-style:translate-x-8 tenantry:data-ending-style:opacity-0 tenantry:data-starting-style:translate-x-8 tenantry:data-starting-style:opacity-0',
];

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** The buttons, at the end. */
  footer?: ReactNode;
  /** What gets the focus when it closes; what had it before when this is left out. */
  finalFocus?: ComponentProps<typeof Base.Popup>['finalFocus'];
  initialFocus?: ComponentProps<typeof Base.Popup>['initialFocus'];
  className?: string;
}

/** A window in the middle of the page. */
export function Dialog(props: DialogProps) {
  return <Window {...props} place={CENTRED} />;
}

/** A sheet at the end side of the page, for forms. */
export function Sheet(props: DialogProps) {
  return <Window {...props} place={AT_THE_SIDE} />;
}

function Window({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  finalFocus,
  initialFocus,
  className,
  place,
}: DialogProps & { place: string[] }) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={clsx(BACKDROP)} />
        <Base.Popup
          className={clsx(WINDOW, place, className)}
          finalFocus={finalFocus}
          initialFocus={initialFocus}
        >
          <header className="tenantry:flex tenantry:items-start tenantry:gap-4 tenantry:border-b tenantry:border-border tenantry:px-5 tenantry:py-3.5">
            <div className="tenantry:flex tenantry:min-w-0 tenantry:flex-1 tenantry:flex-col tenantry:gap-0.5">
              <Base.Title className="tenantry:text-base tenantry:font-semibold tenantry:break-words">
                {title}
              </Base.Title>
              {description !== undefined && (
                <Base.Description
                  className="tenantry:text-sm tenantry:text-muted-foreground"
                  render={<div />}
                >
                  {description}
                </Base.Description>
              )}
            </div>
            <Base.Close
              render={
                <IconButton label="Close" size="icon-sm" className="tenantry:-me-1.5">
                  <X />
                </IconButton>
              }
            />
          </header>
          <div className="tenantry:min-h-0 tenantry:flex-1 tenantry:overflow-y-auto tenantry:px-5 tenantry:py-4">
            {children}
          </div>
          {footer !== undefined && (
            <footer className="tenantry:flex tenantry:justify-end tenantry:gap-2 tenantry:border-t tenantry:border-border tenantry:px-5 tenantry:py-3">
              {footer}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

'use client';
// A list of actions that opens at a button. One menu may serve many buttons: it is then told its anchor.
import { Menu as Base } from '@base-ui/react/menu';
import { clsx } from 'clsx';
import type { ComponentProps, ReactElement, ReactNode } from 'react';

export interface MenuProps {
  /** The button that opens it. Left out where it is opened from outside, at `anchor`. */
  trigger?: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** Where it opens, and what gets the focus back, when there is no trigger. */
  anchor?: HTMLElement | null;
  /** What it is the menu of, for those who do not see where it opens. */
  label?: string;
  align?: 'start' | 'end';
  children: ReactNode;
}

export function Menu({
  trigger,
  open,
  onOpenChange,
  anchor,
  label,
  align = 'end',
  children,
}: MenuProps) {
  return (
    <Base.Root
      {...(open === undefined ? {} : { open })}
      onOpenChange={(next) => onOpenChange?.(next)}
    >
      {trigger !== undefined && <Base.Trigger render={trigger} />}
      <Base.Portal>
        <Base.Positioner
          className="tenantry tenantry:z-50 tenantry:outline-none"
          align={align}
          sideOffset={4}
          anchor={anchor ?? undefined}
        >
          <Base.Popup
            aria-label={label}
            finalFocus={anchor === undefined || anchor === null ? undefined : () => anchor}
            className={clsx(
              'tenantry tenantry:min-w-44 tenantry:rounded-md tenantry:border tenantry:border-border tenantry:bg-popover tenantry:p-1 tenantry:text-sm tenantry:text-popover-foreground tenantry:shadow-lg tenantry:outline-none',
              'tenantry:transition-opacity tenantry:duration-100 tenantry:data-ending-style:opacity-0 tenantry:data-starting-style:opacity-0',
            )}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface MenuItemProps extends Omit<ComponentProps<typeof Base.Item>, 'className'> {
  destructive?: boolean;
  /** Why it cannot be chosen; it stays reachable, so that the reason can be read. */
  disabledReason?: string | undefined;
}

export function MenuItem({
  destructive = false,
  disabledReason,
  children,
  onClick,
  ...rest
}: MenuItemProps) {
  const idle = disabledReason !== undefined;
  return (
    <Base.Item
      className={clsx(
        'tenantry:flex tenantry:min-h-7 tenantry:cursor-default tenantry:flex-col tenantry:justify-center tenantry:rounded-sm tenantry:px-2 tenantry:py-1 tenantry:outline-none tenantry:select-none',
        'tenantry:forced-colors:data-highlighted:outline-2',
        destructive ? 'tenantry:data-highlighted:bg-bad/10' : 'tenantry:data-highlighted:bg-accent',
        idle
          ? 'tenantry:text-muted-foreground'
          : destructive
            ? 'tenantry:text-bad'
            : 'tenantry:data-highlighted:text-accent-foreground',
      )}
      closeOnClick={!idle}
      aria-disabled={idle || undefined}
      onClick={idle ? undefined : onClick}
      {...rest}
    >
      <span className="tenantry:flex tenantry:items-center tenantry:gap-2 tenantry:[&_svg]:size-4">
        {children}
      </span>
      {idle && (
        <span className="tenantry:text-xs tenantry:text-muted-foreground">{disabledReason}</span>
      )}
    </Base.Item>
  );
}

export function MenuSeparator() {
  return (
    <Base.Separator className="tenantry:-mx-1 tenantry:my-1 tenantry:h-px tenantry:bg-border" />
  );
}

'use client';
// What stands where a list would be if it had anything, with a way on.
import { clsx } from 'clsx';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface EmptyStateProps {
  title: string;
  description?: ReactNode;
  icon?: LucideIcon;
  /** The way on: usually one button. */
  action?: ReactNode;
  className?: string;
}

export function EmptyState({ title, description, icon: Icon, action, className }: EmptyStateProps) {
  return (
    <div
      className={clsx(
        'tenantry tenantry:flex tenantry:flex-col tenantry:items-center tenantry:justify-center tenantry:gap-1 tenantry:px-6 tenantry:py-12 tenantry:text-center',
        className,
      )}
    >
      {Icon !== undefined && (
        <Icon
          aria-hidden
          strokeWidth={1.5}
          className="tenantry:mb-2 tenantry:size-6 tenantry:text-muted-foreground"
        />
      )}
      <p className="tenantry:text-base tenantry:font-medium tenantry:text-foreground">{title}</p>
      {description !== undefined && (
        <p className="tenantry:max-w-md tenantry:text-sm tenantry:text-balance tenantry:text-muted-foreground">
          {description}
        </p>
      )}
      {action !== undefined && (
        <div className="tenantry:mt-3 tenantry:flex tenantry:gap-2">{action}</div>
      )}
    </div>
  );
}

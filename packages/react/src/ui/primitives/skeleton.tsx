'use client';
// The place of something that is being loaded. How high it is says whoever puts it there.
import { clsx } from 'clsx';
import type { ComponentProps } from 'react';

export function Skeleton({ className, ...rest }: ComponentProps<'div'>) {
  return (
    <div
      aria-hidden
      className={clsx(
        'tenantry tenantry:animate-pulse tenantry:rounded-sm tenantry:bg-muted tenantry:motion-reduce:animate-none',
        className,
      )}
      {...rest}
    />
  );
}

'use client';
// The place of something that is being loaded.
import type { ComponentProps } from 'react';
import { classNames } from '../class-names.js';

export function Skeleton({ className, ...rest }: ComponentProps<'div'>) {
  return (
    <div
      aria-hidden
      className={classNames(
        'tenantry tenantry:h-4 tenantry:animate-pulse tenantry:rounded-sm tenantry:bg-muted tenantry:motion-reduce:animate-none',
        className,
      )}
      {...rest}
    />
  );
}

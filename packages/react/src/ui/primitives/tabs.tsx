'use client';
// Tabs over the parts of one thing.
import { Tabs as Base } from '@base-ui/react/tabs';
import { clsx } from 'clsx';
import type { ComponentProps } from 'react';

type Classed<T> = Omit<T, 'className'> & { className?: string };

export function Tabs({ className, ...rest }: Classed<ComponentProps<typeof Base.Root>>) {
  return <Base.Root className={clsx('tenantry', className)} {...rest} />;
}

export function TabList({ className, ...rest }: Classed<ComponentProps<typeof Base.List>>) {
  return (
    <Base.List
      className={clsx(
        'tenantry tenantry:flex tenantry:gap-4 tenantry:overflow-x-auto tenantry:border-b tenantry:border-border',
        className,
      )}
      {...rest}
    />
  );
}

export function Tab({ className, ...rest }: Classed<ComponentProps<typeof Base.Tab>>) {
  return (
    <Base.Tab
      className={clsx(
        'tenantry tenantry:-mb-px tenantry:cursor-pointer tenantry:border-b-2 tenantry:border-transparent tenantry:px-0.5 tenantry:py-2 tenantry:text-sm tenantry:whitespace-nowrap tenantry:text-muted-foreground tenantry:outline-none',
        'tenantry:hover:text-foreground tenantry:focus-visible:rounded-sm tenantry:focus-visible:ring-2 tenantry:focus-visible:ring-ring',
        'tenantry:data-active:border-foreground tenantry:data-active:font-medium tenantry:data-active:text-foreground',
        className,
      )}
      {...rest}
    />
  );
}

export function TabPanel({ className, ...rest }: Classed<ComponentProps<typeof Base.Panel>>) {
  return (
    <Base.Panel
      className={clsx('tenantry tenantry:pt-4 tenantry:outline-none', className)}
      {...rest}
    />
  );
}

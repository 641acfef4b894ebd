// Class names joined, the later of two that contradict each other winning.
import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

const merge = extendTailwindMerge({ prefix: 'tenantry' });

export function classNames(...values: ClassValue[]): string {
  return merge(clsx(values));
}

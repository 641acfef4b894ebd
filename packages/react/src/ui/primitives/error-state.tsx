'use client';
// What stands where something could not be loaded: cause, what to do, request id, and a way on.
import { clsx } from 'clsx';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { toFleetError } from '../../client/index.js';
import { Button } from './button.js';

export interface ErrorStateProps {
  error: unknown;
  /** What could not be done: `The institutions could not be loaded`. */
  title?: string;
  onRetry?: (() => void) | undefined;
  retrying?: boolean;
  /** Another way on, beside trying again. */
  action?: ReactNode;
  /** Small, inside a dialog or a form. */
  inline?: boolean;
  className?: string;
}

export function ErrorState({
  error,
  title,
  onRetry,
  retrying,
  action,
  inline = false,
  className,
}: ErrorStateProps) {
  const problem = toFleetError(error);
  return (
    <div
      role="alert"
      className={clsx(
        'tenantry tenantry:flex tenantry:gap-2.5 tenantry:text-sm',
        inline
          ? 'tenantry:rounded-md tenantry:border tenantry:border-bad/30 tenantry:bg-bad/5 tenantry:p-3'
          : 'tenantry:mx-auto tenantry:max-w-xl tenantry:px-6 tenantry:py-12',
        className,
      )}
    >
      <CircleAlert aria-hidden className="tenantry:mt-0.5 tenantry:size-4 tenantry:text-bad" />
      <div className="tenantry:flex tenantry:min-w-0 tenantry:flex-col tenantry:gap-1">
        <p className="tenantry:font-medium tenantry:text-foreground">{title ?? problem.title}</p>
        <p className="tenantry:break-words tenantry:text-muted-foreground">{problem.detail}</p>
        {problem.help !== undefined && (
          <p className="tenantry:break-words tenantry:text-muted-foreground">{problem.help}</p>
        )}
        <p className="tenantry:font-mono tenantry:text-xs tenantry:break-all tenantry:text-muted-foreground">
          {problem.code}
          {problem.status > 0 && ` · ${problem.status}`}
          {problem.requestId !== undefined && ` · request ${problem.requestId}`}
        </p>
        {(onRetry !== undefined || action !== undefined) && (
          <div className="tenantry:mt-2 tenantry:flex tenantry:gap-2">
            {onRetry !== undefined && (
              <Button size="sm" onClick={onRetry} pending={retrying}>
                Try again
              </Button>
            )}
            {action}
          </div>
        )}
      </div>
    </div>
  );
}

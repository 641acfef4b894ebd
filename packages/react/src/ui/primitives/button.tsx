'use client';
// A button with the looks that its weight asks for, and one that is only an icon.
import { cva, type VariantProps } from 'class-variance-authority';
import { clsx } from 'clsx';
import { Loader2 } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';

const buttonLooks = cva(
  [
    'tenantry:inline-flex tenantry:shrink-0 tenantry:cursor-pointer tenantry:items-center tenantry:justify-center',
    'tenantry:gap-1.5 tenantry:rounded-md tenantry:border tenantry:font-medium tenantry:whitespace-nowrap',
    'tenantry:transition-colors tenantry:duration-100 tenantry:select-none',
    'tenantry:outline-none tenantry:focus-visible:ring-2 tenantry:focus-visible:ring-ring tenantry:focus-visible:ring-offset-1 tenantry:focus-visible:ring-offset-background',
    'tenantry:forced-colors:focus-visible:outline-2',
    'tenantry:aria-disabled:cursor-not-allowed tenantry:aria-disabled:opacity-50 tenantry:disabled:cursor-not-allowed tenantry:disabled:opacity-50',
    'tenantry:[&_svg]:size-4',
  ],
  {
    variants: {
      variant: {
        primary:
          'tenantry:border-transparent tenantry:bg-primary tenantry:text-primary-foreground tenantry:hover:bg-primary/90',
        secondary:
          'tenantry:border-border tenantry:bg-background tenantry:text-foreground tenantry:hover:bg-accent tenantry:hover:text-accent-foreground',
        ghost:
          'tenantry:border-transparent tenantry:bg-transparent tenantry:text-foreground tenantry:hover:bg-accent tenantry:hover:text-accent-foreground',
        destructive:
          'tenantry:border-transparent tenantry:bg-destructive tenantry:text-background tenantry:hover:bg-destructive/90',
      },
      size: {
        sm: 'tenantry:h-7 tenantry:px-2 tenantry:text-xs',
        md: 'tenantry:h-8 tenantry:px-3 tenantry:text-sm',
        icon: 'tenantry:size-8 tenantry:p-0 tenantry:text-sm',
        'icon-sm': 'tenantry:size-7 tenantry:p-0 tenantry:text-sm',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

export interface ButtonProps extends ComponentProps<'button'>, VariantProps<typeof buttonLooks> {
  /** Something is under way that this button began. Its label stays. */
  pending?: boolean;
  /** Why it cannot be used. It stays focusable, so that the reason can be read. */
  disabledReason?: string | undefined;
}

/** A button. It is of type `button` unless told otherwise, so it never sends a form by accident. */
export function Button({
  variant,
  size,
  pending = false,
  disabledReason,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  const idle = pending || disabledReason !== undefined;
  return (
    <button
      type={type}
      className={clsx('tenantry', buttonLooks({ variant, size }), className)}
      aria-disabled={idle || undefined}
      aria-busy={pending || undefined}
      title={disabledReason}
      onClick={idle ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {pending && <Loader2 aria-hidden className="tenantry:animate-spin" />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'aria-label'> {
  /** What it does, for those who do not see the icon. */
  label: string;
  children: ReactNode;
}

/** A button that is only an icon. */
export function IconButton({ label, size = 'icon', variant = 'ghost', ...rest }: IconButtonProps) {
  return <Button aria-label={label} title={label} size={size} variant={variant} {...rest} />;
}

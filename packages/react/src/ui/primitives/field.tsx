'use client';
// Form controls: an input, a select and a checkbox, and the label, help and error around them. They are
// the browser's own elements, so that forms, password managers and paste work as everywhere.
import { clsx } from 'clsx';
import { type ComponentProps, type ReactElement, type ReactNode, cloneElement, useId } from 'react';
import { ChevronDown, CircleAlert } from 'lucide-react';

const CONTROL = [
  'tenantry tenantry:w-full tenantry:min-w-0 tenantry:rounded-md tenantry:border tenantry:border-input tenantry:bg-background tenantry:px-2.5 tenantry:text-sm tenantry:text-foreground',
  'tenantry:outline-none tenantry:placeholder:text-muted-foreground tenantry:focus-visible:border-ring tenantry:focus-visible:ring-2 tenantry:focus-visible:ring-ring/40 tenantry:forced-colors:focus-visible:outline-2',
  'tenantry:aria-invalid:border-bad tenantry:disabled:cursor-not-allowed tenantry:disabled:opacity-50',
];

/** A line of text. */
export function Input({ className, type = 'text', ...rest }: ComponentProps<'input'>) {
  return <input type={type} className={clsx(CONTROL, 'tenantry:h-8', className)} {...rest} />;
}

/** Several lines of text. */
export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={clsx(CONTROL, 'tenantry:py-1.5', className)} {...rest} />;
}

/** One of a few choices. */
export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <span
      className={clsx('tenantry tenantry:relative tenantry:inline-flex tenantry:w-full', className)}
    >
      <select
        className={clsx(
          CONTROL,
          'tenantry:h-8 tenantry:cursor-pointer tenantry:appearance-none tenantry:pe-8',
        )}
        {...rest}
      >
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="tenantry:pointer-events-none tenantry:absolute tenantry:end-2.5 tenantry:top-2 tenantry:size-4 tenantry:text-muted-foreground"
      />
    </span>
  );
}

export interface CheckboxProps extends Omit<ComponentProps<'input'>, 'type'> {
  /** Neither on nor off, because some of what it stands for is on. */
  indeterminate?: boolean;
}

/** A box to tick, with a target of 24 pixels around it. */
export function Checkbox({ indeterminate = false, className, ...rest }: CheckboxProps) {
  return (
    <span
      className={clsx(
        'tenantry tenantry:inline-grid tenantry:size-6 tenantry:place-items-center',
        className,
      )}
    >
      <input
        type="checkbox"
        ref={(element) => {
          if (element !== null) element.indeterminate = indeterminate;
        }}
        className="tenantry:m-0 tenantry:grid tenantry:size-4 tenantry:cursor-pointer tenantry:appearance-none tenantry:place-items-center tenantry:rounded-sm tenantry:border tenantry:border-muted-foreground/60 tenantry:bg-background tenantry:outline-none tenantry:before:size-2.5 tenantry:before:bg-primary-foreground tenantry:checked:border-primary tenantry:checked:bg-primary tenantry:checked:before:[clip-path:polygon(14%_44%,0_59%,39%_95%,100%_19%,84%_6%,37%_64%)] tenantry:indeterminate:border-primary tenantry:indeterminate:bg-primary tenantry:indeterminate:before:h-0.5 tenantry:not-checked:not-indeterminate:before:hidden tenantry:forced-colors:appearance-auto tenantry:focus-visible:ring-2 tenantry:focus-visible:ring-ring tenantry:focus-visible:ring-offset-1 tenantry:focus-visible:ring-offset-background"
        {...rest}
      />
    </span>
  );
}

/** What a control inside a field is given by it. */
interface ControlProps {
  id?: string | undefined;
  'aria-describedby'?: string | undefined;
  'aria-invalid'?: boolean | undefined;
}

export interface FieldProps {
  label: ReactNode;
  /** What to write here; stands under the control. */
  help?: ReactNode;
  /** What is wrong with what was written. */
  error?: ReactNode;
  /** Says that it may be left empty. */
  optional?: boolean;
  /** The one control. */
  children: ReactElement<ControlProps>;
  className?: string;
}

/** A control with its label, help and error, tied together for assistive technology. */
export function Field({ label, help, error, optional = false, children, className }: FieldProps) {
  const own = useId();
  const id = children.props.id ?? own;
  const wrong = error !== undefined && error !== null && error !== false && error !== '';
  const described = [help === undefined ? '' : `${id}-help`, wrong ? `${id}-error` : '']
    .join(' ')
    .trim();
  return (
    <div className={clsx('tenantry tenantry:flex tenantry:flex-col tenantry:gap-1.5', className)}>
      <label
        htmlFor={id}
        className="tenantry:flex tenantry:gap-1.5 tenantry:text-sm tenantry:font-medium"
      >
        {label}
        {optional && (
          <span className="tenantry:font-normal tenantry:text-muted-foreground">optional</span>
        )}
      </label>
      {cloneElement(children, {
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': wrong || undefined,
      })}
      {wrong && (
        <p
          id={`${id}-error`}
          className="tenantry:flex tenantry:gap-1.5 tenantry:text-xs tenantry:text-bad"
        >
          <CircleAlert aria-hidden className="tenantry:mt-0.5 tenantry:size-3" />
          <span className="tenantry:min-w-0 tenantry:break-words">{error}</span>
        </p>
      )}
      {help !== undefined && (
        <p
          id={`${id}-help`}
          className="tenantry:text-xs tenantry:break-words tenantry:text-muted-foreground"
        >
          {help}
        </p>
      )}
    </div>
  );
}

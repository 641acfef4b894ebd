'use client';
// Asks before something is done, as seriously as what is done deserves:
//   L0 is not asked at all; L1 names object and effect; L2 wants the name typed; L3, for many at once,
//   wants their number and the verb typed.
// Cancel comes first, and Enter does nothing that destroys until what was typed is right.
import { AlertDialog as Base } from '@base-ui/react/alert-dialog';
import { clsx } from 'clsx';
import {
  type ComponentProps,
  type FormEvent,
  type ReactNode,
  type RefObject,
  useId,
  useRef,
  useState,
} from 'react';
import { Button } from './button.js';
import { BACKDROP, CENTRED, WINDOW } from './dialog.js';
import { ErrorState } from './error-state.js';
import { Input } from './field.js';

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will happen, to what, and how it can be undone. */
  children: ReactNode;
  /** The verb on the button: `Drop schema`. */
  verb: string;
  /** What must be typed: the name (L2), or count and verb (L3). Nothing, for L1. */
  expected?: string | undefined;
  /** Whether data is lost or hard to get back. */
  destructive?: boolean;
  pending?: boolean;
  error?: unknown;
  /** Closing is left to the caller, who may wait for the answer. */
  onConfirm: () => void;
  /** What gets the focus when it closes. */
  finalFocus?: ComponentProps<typeof Base.Popup>['finalFocus'];
}

/** An alert dialog with a verb, and with something to be typed where `expected` says so. */
export function ConfirmDialog({ open, onOpenChange, finalFocus, ...content }: ConfirmDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement>(null);
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={clsx(BACKDROP)} />
        <Base.Popup
          className={clsx(WINDOW, CENTRED)}
          finalFocus={finalFocus}
          initialFocus={content.expected === undefined ? cancel : input}
        >
          <Question {...content} cancel={cancel} input={input} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface QuestionProps extends Omit<ConfirmDialogProps, 'open' | 'onOpenChange' | 'finalFocus'> {
  cancel: RefObject<HTMLButtonElement | null>;
  input: RefObject<HTMLInputElement | null>;
}

function Question({
  title,
  children,
  verb,
  expected,
  destructive = false,
  pending = false,
  error,
  onConfirm,
  cancel,
  input,
}: QuestionProps) {
  const [typed, setTyped] = useState('');
  const id = useId();
  const matches = expected === undefined || typed.trim() === expected;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (matches && !pending) onConfirm();
  };
  return (
    <form onSubmit={submit} className="tenantry:flex tenantry:min-h-0 tenantry:flex-col">
      <div className="tenantry:flex tenantry:flex-col tenantry:gap-3 tenantry:overflow-y-auto tenantry:px-5 tenantry:pt-4 tenantry:pb-4">
        <Base.Title className="tenantry:text-base tenantry:font-semibold tenantry:break-words">
          {title}
        </Base.Title>
        <Base.Description
          render={<div />}
          className="tenantry:flex tenantry:flex-col tenantry:gap-2 tenantry:text-sm tenantry:text-muted-foreground"
        >
          {children}
        </Base.Description>
        {expected !== undefined && (
          <div className="tenantry:flex tenantry:flex-col tenantry:gap-1.5">
            <label htmlFor={id} className="tenantry:text-sm">
              Type{' '}
              <span className="tenantry:font-mono tenantry:font-semibold tenantry:break-all tenantry:select-all">
                {expected}
              </span>{' '}
              to confirm
            </label>
            <Input
              id={id}
              ref={input}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              className="tenantry:font-mono"
            />
          </div>
        )}
        {error !== undefined && error !== null && <ErrorState inline error={error} />}
      </div>
      <footer className="tenantry:flex tenantry:flex-wrap tenantry:justify-end tenantry:gap-2 tenantry:border-t tenantry:border-border tenantry:px-5 tenantry:py-3">
        <Base.Close render={<Button ref={cancel}>Cancel</Button>} />
        <Button
          type="submit"
          variant={destructive ? 'destructive' : 'primary'}
          pending={pending}
          disabled={!matches}
        >
          {verb}
        </Button>
      </footer>
    </form>
  );
}

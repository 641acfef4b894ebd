// An operation's steps, in order: which are done, which is under way, and what one ran into.
import { Check, CircleAlert, CircleDashed, LoaderCircle, Undo2 } from 'lucide-react';
import type { OperationBody, StepBody } from '@tenantry/react/client';
import { RelativeTime } from '@tenantry/react/ui';
import { sentence } from '@/lib/words';
import { Code } from '@/components/Code';

const faces = {
  pending: { icon: CircleDashed, ink: 'text-muted-foreground', word: 'not begun' },
  running: { icon: LoaderCircle, ink: 'text-busy', word: 'under way' },
  done: { icon: Check, ink: 'text-good', word: 'done' },
  failed: { icon: CircleAlert, ink: 'text-bad', word: 'failed' },
  undone: { icon: Undo2, ink: 'text-warning', word: 'undone' },
};

const faceOf = (state: string) => faces[state as keyof typeof faces] ?? faces.pending;

export function Steps({ operation }: { operation: OperationBody }) {
  return (
    <ol className="grid">
      {operation.steps.map((step, index) => (
        <Step key={`${index} ${step.name}`} step={step} />
      ))}
    </ol>
  );
}

function Step({ step }: { step: StepBody }) {
  const { icon: Icon, ink, word } = faceOf(step.state);
  return (
    <li className="flex gap-3 border-b border-border/60 py-2 last:border-0">
      <Icon
        aria-hidden="true"
        className={`mt-0.5 size-4 shrink-0 ${ink} ${step.state === 'running' ? 'animate-spin' : ''}`}
      />
      <div className="min-w-0 grow">
        <div className="flex flex-wrap justify-between gap-x-4">
          <span className="font-medium">{sentence(step.name)}</span>
          <span className="text-muted-foreground">
            {word}
            {step.finishedAt && (
              <>
                {' '}
                <RelativeTime at={step.finishedAt} />
              </>
            )}
          </span>
        </div>
        {!step.reversible && (
          <p className="text-xs text-muted-foreground">It cannot be taken back.</p>
        )}
        {step.error ? (
          <Code label={`What “${step.name}” ran into`} className="bg-bad-soft whitespace-pre-wrap">
            {JSON.stringify(step.error, null, 2)}
          </Code>
        ) : null}
      </div>
    </li>
  );
}

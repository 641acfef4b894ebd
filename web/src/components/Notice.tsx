// A sentence that stands out: what to know, what to mind, what went wrong. Says it with an icon and words, then with colour.
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const faces = {
  info: { icon: Info, look: 'border-border bg-muted/60', ink: 'text-muted-foreground' },
  good: { icon: CircleCheck, look: 'border-good/25 bg-good-soft', ink: 'text-good' },
  warning: { icon: TriangleAlert, look: 'border-warning/30 bg-warning-soft', ink: 'text-warning' },
  bad: { icon: CircleAlert, look: 'border-bad/30 bg-bad-soft', ink: 'text-bad' },
};

export type Mood = keyof typeof faces;

interface NoticeProps {
  mood: Mood;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** Told at once by screen readers. */
  alert?: boolean;
}

export function Notice({ mood, title, children, actions, alert = false }: NoticeProps) {
  const { icon: Icon, look, ink } = faces[mood];
  return (
    <div
      role={alert ? 'alert' : undefined}
      className={`flex flex-wrap gap-x-4 gap-y-2 rounded-md border px-3 py-2.5 ${look}`}
    >
      <div className="flex min-w-0 grow basis-64 gap-2.5">
        <Icon aria-hidden="true" className={`mt-0.5 size-4 shrink-0 ${ink}`} />
        <div className="min-w-0 [overflow-wrap:anywhere]">
          {title && <p className="font-medium">{title}</p>}
          {children && <div className={title ? 'text-foreground/80' : ''}>{children}</div>}
        </div>
      </div>
      {actions && <div className="flex shrink-0 items-center gap-2 self-center">{actions}</div>}
    </div>
  );
}

// How far an operation is, as a bar and in words: steps done, and the one under way.
import type { OperationBody } from '@tenantry/react/client';
import { formatCount } from '@/lib/words';

export function OperationProgress({
  operation,
  label,
}: {
  operation: OperationBody;
  label: string;
}) {
  const { done, total, current, unwinding } = operation.progress;
  const share = total === 0 ? 0 : done / total;
  return (
    <div className="min-w-0">
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
        aria-valuetext={`${done} of ${total}`}
        className="h-1.5 overflow-hidden rounded-full bg-muted"
      >
        <div
          className={`h-full rounded-full transition-[width] duration-300 ${unwinding ? 'bg-warning' : 'bg-busy'}`}
          style={{ width: `${Math.max(share * 100, 4)}%` }}
        />
      </div>
      <p className="mt-1 truncate text-xs text-muted-foreground">
        {formatCount(done)} of {formatCount(total)}
        {current ? `, ${unwinding ? 'undoing: ' : ''}${current}` : ''}
      </p>
    </div>
  );
}

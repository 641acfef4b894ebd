// What became of a schedule's last slots; read when it is opened.
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { ErrorState, RelativeTime, Skeleton } from '@tenantry/react/ui';
import { slots } from '@/lib/fleet';
import { sentence } from '@/lib/words';

export function Slots({ name }: { name: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const query = useQuery({ ...slots(name), enabled: isOpen });
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary className="min-h-6 text-xs text-muted-foreground">Last slots</summary>
      {isOpen && query.isPending && <Skeleton className="mt-2 h-16" />}
      {query.isError && (
        <ErrorState error={query.error} inline onRetry={() => void query.refetch()} />
      )}
      {query.data?.items.length === 0 && (
        <p className="mt-1 text-xs text-muted-foreground">None was due yet.</p>
      )}
      <ul className="mt-1 text-xs">
        {query.data?.items.map((slot) => (
          <li key={slot.slot} className="flex flex-wrap gap-x-3 py-0.5">
            <RelativeTime at={slot.slot} />
            <span className="font-medium">{sentence(slot.outcome)}</span>
            <span className="text-muted-foreground">{slot.detail}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

// Keys as they stand on a keyboard.
import { keyCaps } from '@/lib/shortcuts';

export function Keys({ keys }: { keys: string }) {
  return (
    <span className="inline-flex gap-0.5">
      {keyCaps(keys).map((cap, index) => (
        <kbd
          key={`${index} ${cap}`}
          className="inline-grid h-5 min-w-5 place-items-center rounded-sm border bg-muted px-1 font-sans text-xs text-muted-foreground"
        >
          {cap}
        </kbd>
      ))}
    </span>
  );
}

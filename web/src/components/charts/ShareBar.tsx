// Parts of a whole as one bar, with a legend that says the same in words.
import type { ReactNode } from 'react';

export interface Share {
  label: string;
  value: number;
  text: ReactNode;
  /** A background utility, such as `bg-good`. */
  colour: string;
}

export function ShareBar({ shares, label }: { shares: readonly Share[]; label: string }) {
  const total = shares.reduce((sum, share) => sum + share.value, 0);
  return (
    <figure aria-label={label}>
      <div className="flex h-2 gap-px overflow-hidden rounded-full bg-muted" aria-hidden="true">
        {shares
          .filter((share) => share.value > 0)
          .map((share) => (
            <div
              key={share.label}
              className={`min-w-1 ${share.colour}`}
              style={{ flexGrow: total === 0 ? 0 : share.value / total }}
            />
          ))}
      </div>
      <figcaption>
        <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1.5">
          {shares.map((share) => (
            <li key={share.label} className="flex items-center gap-2">
              <span className={`size-2 rounded-xs ${share.colour}`} aria-hidden="true" />
              <span className="text-muted-foreground">{share.label}</span>
              <span className="font-medium">{share.text}</span>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

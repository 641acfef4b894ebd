// The filters above a list. What is typed is taken over after a short while, so that each letter is not a question to
// the server.
import { useEffect, useId, useRef, useState } from 'react';
import { X } from 'lucide-react';
import { Button } from '@tenantry/react/ui';

interface ChoiceFilter {
  kind: 'choice';
  label: string;
  value: string | undefined;
  choices: readonly { value: string; label: string }[];
  onChange: (value: string | undefined) => void;
}

interface TextFilter {
  kind: 'text';
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

interface FiltersProps {
  filters: readonly (ChoiceFilter | TextFilter)[];
  onClear?: (() => void) | undefined;
}

const look =
  'h-8 rounded-md border border-input bg-card px-2.5 text-sm shadow-xs placeholder:text-muted-foreground hover:border-ring/60';

export function Filters({ filters, onClear }: FiltersProps) {
  return (
    <div role="search" className="flex flex-wrap items-center gap-2">
      {filters.map((filter) =>
        filter.kind === 'choice' ? (
          <Choice key={filter.label} {...filter} />
        ) : (
          <Words key={filter.label} {...filter} />
        ),
      )}
      {onClear && (
        <Button variant="ghost" size="sm" onClick={onClear}>
          <X aria-hidden="true" className="size-3.5" />
          Clear
        </Button>
      )}
    </div>
  );
}

function Choice({ label, value, choices, onChange }: ChoiceFilter) {
  return (
    <select
      aria-label={label}
      className={`${look} max-w-44 pe-7`}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || undefined)}
    >
      <option value="">{label}: any</option>
      {value && !choices.some((choice) => choice.value === value) && (
        <option value={value}>{value}</option>
      )}
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

/** How long nothing must be typed before it is taken over. */
const pauseMs = 250;

function Words({ label, value, onChange }: TextFilter) {
  const id = useId();
  // what is typed stands here until it is taken over; then the value is all that counts
  const [typed, setTyped] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      id={id}
      type="search"
      aria-label={label}
      placeholder={label}
      autoComplete="off"
      spellCheck={false}
      className={`${look} w-36`}
      value={typed ?? value ?? ''}
      onChange={(event) => {
        const next = event.target.value;
        setTyped(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
          setTyped(undefined);
          onChange(next.trim() || undefined);
        }, pauseMs);
      }}
    />
  );
}

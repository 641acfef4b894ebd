// A text to take along: selectable, and copied with one press.
import { useState } from 'react';
import { Check, Copy } from 'lucide-react';
import { Button } from '@tenantry/react/ui';

export function CopyField({ label, text }: { label: string; text: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => {
    // over plain HTTP from another machine there is no clipboard; the field can be selected there
    await navigator.clipboard?.writeText(text).then(
      () => setIsCopied(true),
      () => setIsCopied(false),
    );
  };
  return (
    <div className="grid gap-1.5">
      <span className="font-medium">{label}</span>
      <div className="flex items-start gap-2">
        <input
          readOnly
          aria-label={label}
          value={text}
          onFocus={(event) => event.target.select()}
          className="h-8 min-w-0 grow rounded-md border border-input bg-muted px-2.5 font-mono text-xs"
        />
        <Button aria-label={`Copy ${label}`} onClick={() => void copy()}>
          {isCopied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
          {isCopied ? 'Copied' : 'Copy'}
        </Button>
      </div>
    </div>
  );
}

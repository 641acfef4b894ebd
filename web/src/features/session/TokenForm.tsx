// The form that takes a token and opens a session. Password managers may fill it and keep what is typed.
import { useId, useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { Eye, EyeOff } from 'lucide-react';
import { toFleetError } from '@tenantry/react/client';
import { Button, ErrorState } from '@tenantry/react/ui';
import { signIn } from '@/lib/session';

/** The form stands where there is nothing else to begin with. */
const focus = (element: HTMLInputElement | null) => element?.focus();

export function TokenForm({ onDone }: { onDone: () => void }) {
  const id = useId();
  const [token, setToken] = useState('');
  const [isShown, setIsShown] = useState(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => signIn(token.trim()),
    onSuccess: onDone,
  });
  const problem = error ? toFleetError(error) : undefined;
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() && !isPending) mutate();
      }}
    >
      {/* a name for the password manager to file the token under */}
      <input
        type="text"
        name="username"
        autoComplete="username"
        defaultValue="tenantry"
        hidden
        readOnly
      />
      <div className="grid gap-1.5">
        <label htmlFor={id} className="font-medium">
          Token
        </label>
        <div className="relative">
          <input
            id={id}
            name="password"
            type={isShown ? 'text' : 'password'}
            autoComplete="current-password"
            ref={focus}
            spellCheck={false}
            required
            placeholder="tenantry_api_…"
            className="h-9 w-full rounded-md border border-input bg-card ps-3 pe-10 font-mono text-sm placeholder:text-muted-foreground"
            value={token}
            aria-invalid={problem ? true : undefined}
            aria-describedby={`${id}-about`}
            onChange={(event) => setToken(event.target.value)}
          />
          <button
            type="button"
            aria-label={isShown ? 'Hide the token' : 'Show the token'}
            className="absolute inset-y-0 end-0 grid w-9 place-items-center rounded-md text-muted-foreground hover:text-foreground"
            onClick={() => setIsShown(!isShown)}
          >
            {isShown ? (
              <EyeOff aria-hidden="true" className="size-4" />
            ) : (
              <Eye aria-hidden="true" className="size-4" />
            )}
          </button>
        </div>
        <p id={`${id}-about`} className="text-xs text-muted-foreground">
          It is sent to the server once and not kept in this browser.
        </p>
      </div>
      {problem && <ErrorState error={problem} inline />}
      <Button type="submit" variant="primary" pending={isPending} className="h-9">
        Sign in
      </Button>
    </form>
  );
}

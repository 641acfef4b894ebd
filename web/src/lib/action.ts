// One way for everything that changes something: at most once per press, with a key that makes a repeat safe, a toast
// at the end, and the lists that show it read again.
import { useRef } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FleetError, toFleetError } from '@tenantry/react/client';
import { toast } from '@tenantry/react/ui';
import { consoleKey } from './fleet';
import { onceOnly } from './once';

interface ActionOptions<Input, Output> {
  run: (input: Input, once: { 'Idempotency-Key': string }) => Promise<Output>;
  /** What the toast says once it is done or accepted; nothing when the page itself says so. */
  done?: (output: Output, input: Input) => string | undefined;
  onDone?: (output: Output, input: Input) => void;
  /** Where the error is shown: as a toast, or by the form that has it. */
  errors?: 'toast' | 'form';
}

export interface Action<Input, Output> {
  start: (input: Input) => void;
  isPending: boolean;
  error: FleetError | undefined;
  output: Output | undefined;
  reset: () => void;
}

export function useAction<Input = void, Output = unknown>(
  options: ActionOptions<Input, Output>,
): Action<Input, Output> {
  const cache = useQueryClient();
  const isUnderWay = useRef(false);
  const mutation = useMutation<Output, unknown, Input>({
    mutationFn: (input) => options.run(input, onceOnly()),
    onSuccess: (output, input) => {
      const said = options.done?.(output, input);
      if (said) toast.success({ title: said });
      options.onDone?.(output, input);
      void cache.invalidateQueries({ queryKey: [consoleKey] });
    },
    onError: (thrown) => {
      const error = toFleetError(thrown);
      if (options.errors !== 'form') {
        const request = error.requestId ? ` Request ${error.requestId}.` : '';
        toast.error({ title: error.title, description: `${error.detail}${request}` });
      }
    },
    onSettled: () => {
      isUnderWay.current = false;
    },
  });
  return {
    start: (input) => {
      // a second press comes before the button is seen as busy
      if (isUnderWay.current) return;
      isUnderWay.current = true;
      mutation.mutate(input);
    },
    isPending: mutation.isPending,
    error: mutation.error ? toFleetError(mutation.error) : undefined,
    output: mutation.data,
    reset: mutation.reset,
  };
}

'use client';
// Something that can be done, with what became of it.
import { useCallback, useMemo, useRef, useState } from 'react';
import { type FleetError, type OperationBody, toFleetError } from '../client/index.js';

/** Something that can be done. It stays the same object until it is under way, or has ended. */
export interface Action<V, R = OperationBody> {
  /** Does it; a refusal is told by the provider's `notify` and stands in `error`. */
  mutate: (variables: V) => void;
  /** Does it; resolves when the server has accepted it, rejects with a `FleetError`, and tells nobody. */
  mutateAsync: (variables: V) => Promise<R>;
  isPending: boolean;
  error: FleetError | null;
  /** Forgets the error. */
  reset: () => void;
}

/** The second click of a double click comes within this time, and is not a second wish. */
const DOUBLE_CLICK = 1000;

/** An action from what does it and what tells of its refusal; both must stay the same between renders. */
export function useAction<V, R = OperationBody>(
  run: (variables: V) => Promise<R>,
  refused: (variables: V, error: FleetError) => void,
): Action<V, R> {
  const [pending, setPending] = useState(0);
  const [error, setError] = useState<FleetError | null>(null);
  const recent = useRef(new Map<string, { promise: Promise<R>; at: number }>());

  const mutateAsync = useCallback(
    (variables: V): Promise<R> => {
      const key = JSON.stringify(variables);
      const before = recent.current.get(key);
      if (before !== undefined && performance.now() - before.at < DOUBLE_CLICK) {
        return before.promise;
      }
      setPending((count) => count + 1);
      setError(null);
      const promise = run(variables)
        .catch((thrown: unknown) => {
          // What was refused may be asked for again at once.
          recent.current.delete(key);
          const problem = toFleetError(thrown);
          setError(problem);
          throw problem;
        })
        .finally(() => setPending((count) => count - 1));
      recent.current.set(key, { promise, at: performance.now() });
      return promise;
    },
    [run],
  );
  const mutate = useCallback(
    (variables: V) => {
      mutateAsync(variables).catch((problem: FleetError) => refused(variables, problem));
    },
    [mutateAsync, refused],
  );
  const reset = useCallback(() => setError(null), []);
  const isPending = pending > 0;
  return useMemo(
    () => ({ mutate, mutateAsync, isPending, error, reset }),
    [error, isPending, mutate, mutateAsync, reset],
  );
}

'use client';
// Which rows are chosen: some by name, or all that match but for some.
import { useCallback, useMemo, useState } from 'react';

export interface Selection {
  /** All that match are chosen, but for `names`. */
  all: boolean;
  /** The chosen ones; with `all`, those that are not. */
  names: ReadonlySet<string>;
  count: number;
  has: (name: string) => boolean;
  toggle: (name: string) => void;
  /** Chooses or leaves several at once, as a range with Shift. */
  set: (names: string[], chosen: boolean) => void;
  /** Chooses all that match, also those that were never read. */
  selectAll: () => void;
  clear: () => void;
}

interface Chosen {
  all: boolean;
  names: ReadonlySet<string>;
}

const NOTHING: Chosen = { all: false, names: new Set() };

/** A selection over a list of `total` rows. A new `list` begins with nothing chosen. */
export function useSelection(total: number, list: unknown): Selection {
  const [state, setState] = useState({ list, chosen: NOTHING });
  let { chosen } = state;
  if (state.list !== list) {
    chosen = NOTHING;
    setState({ list, chosen });
  }
  const change = useCallback(
    (to: (before: Chosen) => Chosen) =>
      setState((now) => ({ list: now.list, chosen: to(now.chosen) })),
    [],
  );
  const set = useCallback(
    (names: string[], wanted: boolean) =>
      change(({ all, names: before }) => {
        const after = new Set(before);
        for (const name of names) {
          if (wanted === all) after.delete(name);
          else after.add(name);
        }
        return { all, names: after };
      }),
    [change],
  );
  const toggle = useCallback(
    (name: string) =>
      change(({ all, names }) => {
        const after = new Set(names);
        if (!after.delete(name)) after.add(name);
        return { all, names: after };
      }),
    [change],
  );
  const selectAll = useCallback(() => change(() => ({ all: true, names: new Set() })), [change]);
  const clear = useCallback(() => change(() => NOTHING), [change]);
  return useMemo(() => {
    const { all, names } = chosen;
    return {
      all,
      names,
      count: all ? Math.max(0, total - names.size) : names.size,
      has: (name: string) => names.has(name) !== all,
      toggle,
      set,
      selectAll,
      clear,
    };
  }, [chosen, clear, selectAll, set, toggle, total]);
}

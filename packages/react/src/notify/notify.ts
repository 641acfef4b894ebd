// How the hooks tell people what became of their actions, whatever the host shows it with.

/** Something to be told. */
export interface Notice {
  title: string;
  description?: string;
  /** Something that can be done about it, such as Undo. */
  action?: { label: string; run: () => void };
}

/** What is told while something is awaited, and after it. */
export interface PromiseNotices<T> {
  pending: Notice;
  success: (value: T) => Notice;
  error: (error: unknown) => Notice;
}

/** A way of telling people. A success goes away by itself within 5 s; an error stays until it is closed. */
export interface Notify {
  success: (notice: Notice) => void;
  error: (notice: Notice) => void;
  info: (notice: Notice) => void;
  promise: <T>(promise: Promise<T>, notices: PromiseNotices<T>) => void;
}

/** Tells nobody. */
export const SILENT: Notify = {
  success: () => undefined,
  error: () => undefined,
  info: () => undefined,
  promise: () => undefined,
};

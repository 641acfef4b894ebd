// Coming in and going out. The secret goes to the server once and is kept nowhere here: what stays is a cookie that
// scripts cannot read. That the session ended is told to whoever shows it.
import { useSyncExternalStore } from 'react';
import { client } from './fleet';

let ended = false;
const listeners = new Set<() => void>();

function set(value: boolean): void {
  if (ended === value) return;
  ended = value;
  for (const listener of listeners) listener();
}

/** The server said that the session is no longer good. The page stays as it is. */
export const markEnded = (): void => set(true);

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useSessionEnded = (): boolean => useSyncExternalStore(subscribe, () => ended);

export async function signIn(token: string): Promise<void> {
  await client.signIn({ body: { token } });
  set(false);
}

export async function signOut(): Promise<void> {
  await client.signOut();
}

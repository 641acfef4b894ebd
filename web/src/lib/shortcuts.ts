// The registry of keyboard shortcuts. The palette, the sheet behind `?` and the one listener all read it, so a
// shortcut that works is a shortcut that is listed.
import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Shortcut {
  /** `mod+k`, `/`, or two keys after one another: `g s`. */
  keys: string;
  label: string;
  group: string;
  run: () => void;
}

/** How long the second key of a chord may take. */
const chordWindowMs = 1200;
const settingKey = 'tenantry-single-keys';

let shortcuts: readonly Shortcut[] = [];
const listeners = new Set<() => void>();
const announce = () => {
  for (const listener of listeners) listener();
};

export function registerShortcuts(added: readonly Shortcut[]): () => void {
  shortcuts = [...shortcuts, ...added];
  announce();
  return () => {
    shortcuts = shortcuts.filter((shortcut) => !added.includes(shortcut));
    announce();
  };
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useShortcuts = (): readonly Shortcut[] =>
  useSyncExternalStore(subscribe, () => shortcuts);

/** Registers a shortcut while the component is there. */
export function useShortcut(keys: string, label: string, group: string, run: () => void): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(
    () => registerShortcuts([{ keys, label, group, run: () => latest.current() }]),
    [keys, label, group],
  );
}

/** Whether keys without Ctrl or ⌘ do anything; people who speak to their computer turn them off. */
export function singleKeysAreOn(): boolean {
  try {
    return localStorage.getItem(settingKey) !== 'off';
  } catch {
    return true;
  }
}

export function turnSingleKeys(on: boolean): void {
  try {
    localStorage.setItem(settingKey, on ? 'on' : 'off');
  } catch {
    // without storage they stay on
  }
  announce();
}

export const useSingleKeys = (): boolean => useSyncExternalStore(subscribe, singleKeysAreOn);

const takesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** Whether the focus is in something that has the keyboard for itself. Messages in the corner have not. */
const isInWindow = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('[role=dialog],[role=alertdialog],[role=menu]') !== null;

/** What a key event is called in the registry. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `mod+${key}` : key;
}

/** Listens on the document until the returned function is called. */
export function listenForShortcuts(): () => void {
  let first = '';
  let firstAt = 0;
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const key = keyName(event);
    const isSingle = !key.startsWith('mod+');
    if (isSingle && (takesText(event.target) || isInWindow(event.target) || !singleKeysAreOn()))
      return;
    const chord = event.timeStamp - firstAt < chordWindowMs && first ? `${first} ${key}` : '';
    const found =
      shortcuts.findLast((shortcut) => chord !== '' && shortcut.keys === chord) ??
      shortcuts.findLast((shortcut) => shortcut.keys === key);
    first = '';
    if (found) {
      event.preventDefault();
      found.run();
    } else if (isSingle && shortcuts.some((shortcut) => shortcut.keys.startsWith(`${key} `))) {
      first = key;
      firstAt = event.timeStamp;
    }
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

/** The keys as they stand on the keyboard, one text for each cap. */
export function keyCaps(keys: string): string[] {
  const mod = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';
  return keys
    .split(' ')
    .flatMap((part) => part.split('+').map((cap) => (cap === 'mod' ? mod : cap.toUpperCase())));
}

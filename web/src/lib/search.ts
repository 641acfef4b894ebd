// Reads search parameters. Whatever stands in a URL may be wrong or old, so each reader answers with `undefined`
// instead of refusing the page.

type Search = Record<string, unknown>;

/** A text, without what is empty. */
export function text(search: Search, key: string): string | undefined {
  const value = search[key];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One of the given words. */
export function oneOf<T extends string>(
  search: Search,
  key: string,
  words: readonly T[],
): T | undefined {
  return words.find((word) => word === search[key]);
}

/** `true` when the parameter is there and says so. */
export function flag(search: Search, key: string): true | undefined {
  const value = search[key];
  return value === true || value === 1 || value === 'true' || value === '1' ? true : undefined;
}

/** Only those entries that have a value, so that a URL stays short. */
export function present<T extends object>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

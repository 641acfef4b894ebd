// Small pieces of language: numbers with their nouns, and words of the API as people say them.

const whole = new Intl.NumberFormat();

export const formatCount = (value: number): string => whole.format(value);

/** `1 schema`, `12 schemas`. */
export const counted = (value: number, noun: string, plural = `${noun}s`): string =>
  `${formatCount(value)}\u00a0${value === 1 ? noun : plural}`;

/** `make_schema` → `Make schema`. */
export function sentence(word: string): string {
  const spaced = word.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

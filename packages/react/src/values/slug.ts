// What an institution may be named, by the same rules as the server's and in the same order, so that
// a form can say what is wrong before it is sent.

const RESERVED = new Set([
  'public',
  'information_schema',
  'tenantry',
  'bulk',
  'facets',
  'import',
  'export',
  'rows',
]);

/** The longest name, in characters; all of them are ASCII. */
export const LONGEST_SLUG = 39;

/** Why a text is not an institution's name; null if it is one. */
export function slugProblem(text: string): string | null {
  const characters = [...text];
  const first = characters[0];
  if (first === undefined) return 'A name has at least 2 characters.';
  if (!/^[a-z]$/.test(first)) return 'A name starts with a lower-case letter (a to z).';
  const odd = characters.findIndex((character) => !/^[a-z0-9_]$/.test(character));
  if (odd >= 0) {
    return `A name has only lower-case letters (a to z), digits and _; character ${odd + 1} is “${characters[odd]}”.`;
  }
  if (text.length < 2) return 'A name has at least 2 characters.';
  if (text.length > LONGEST_SLUG)
    return `A name has at most ${LONGEST_SLUG} characters; this has ${text.length}.`;
  if (text.startsWith('pg_')) return 'Names that start with pg_ belong to PostgreSQL.';
  if (RESERVED.has(text)) return 'This name is reserved.';
  return null;
}

/** A name made from what people call the institution; may be empty, where nothing of it can be used. */
export function suggestSlug(displayName: string): string {
  const plain = displayName
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST_SLUG)
    .replace(/_+$/, '');
  return slugProblem(plain) === null ? plain : '';
}

// The name that a restored schema is given beside the living one.

const longest = 63;

/** `inst_oakwood_2026_11_27`: the living one's name and the day of the backup, cut where PostgreSQL would. */
export function nameBeside(schemaName: string, takenAt: string): string {
  const day = takenAt.slice(0, 10).replaceAll('-', '_');
  return `${schemaName.slice(0, longest - day.length - 1)}_${day}`;
}

/** What is wrong with a name for it; nothing when it will do. */
export function problemOfName(name: string): string | undefined {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return 'Lower-case letters, digits and _; a letter first.';
  if (name.length > longest) return `At most ${longest} characters.`;
  if (name.startsWith('pg_')) return 'Names that begin with pg_ are PostgreSQL’s.';
  return undefined;
}

// What the console reads of a backup's manifest, which the API hands on as it was signed, without a type.
import type { BackupBody } from '@tenantry/react/client';

export interface TableInBackup {
  name: string;
  rows: number;
}

function isTable(value: unknown): value is TableInBackup {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'name') === 'string' &&
    typeof Reflect.get(value, 'rows') === 'number'
  );
}

/** The tables in a backup with their rows, the largest first; none where the manifest was not asked for. */
export function tablesOf(backup: BackupBody): TableInBackup[] {
  const { manifest } = backup;
  if (typeof manifest !== 'object' || manifest === null) return [];
  const tables: unknown = Reflect.get(manifest, 'tables');
  return Array.isArray(tables) ? tables.filter(isTable).toSorted((a, b) => b.rows - a.rows) : [];
}

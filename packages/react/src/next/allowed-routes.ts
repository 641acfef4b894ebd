// Which routes of the server may be reached through a host, and what each of them does. Whatever hands out
// secrets or belongs to those who run the server is not among them: tokens, credentials, keys, audit.

/** What a request is about, for the host to decide on. */
export interface RouteRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The route without `/api/admin/`, as `schemas/oakwood`. */
  path: string;
  /** The institution that the path names; null where it names none. */
  schema: string | null;
  /** Whether something is changed. */
  writes: boolean;
}

const ALLOWED: Record<RouteRequest['method'], string[]> = {
  GET: [
    'schemas',
    'schemas/facets',
    'schemas/export',
    'schemas/*',
    'schemas/*/usage',
    'schemas/*/copies',
    'operations',
    'operations/*',
    'events',
    'backups',
    'backups/freshness',
    'backups/*',
    'drills',
    'templates',
    'templates/*',
    'plans',
    'usage',
    'whoami',
  ],
  POST: [
    'schemas',
    'schemas/import',
    'schemas/*/copies',
    'schemas/*/copies/*/swap',
    'backups',
    'backups/*/verify',
    'backups/*/restore',
    'operations/*/cancel',
    'operations/*/retry',
  ],
  PATCH: ['schemas/*'],
  DELETE: ['schemas/*', 'schemas/*/copies/*'],
};

const NOT_NAMES = new Set(['facets', 'import', 'export']);

/** The request for a path; null if it is not allowed. */
export function routeRequest(method: RouteRequest['method'], path: string): RouteRequest | null {
  const segments = segmentsOf(path);
  if (segments === null) return null;
  const allowed = ALLOWED[method].some((pattern) => matches(pattern.split('/'), segments));
  if (!allowed) return null;
  const [room, name] = segments;
  const named = room === 'schemas' && name !== undefined && !NOT_NAMES.has(name);
  return {
    method,
    path: segments.map(encodeURIComponent).join('/'),
    schema: named ? name : null,
    writes: method !== 'GET',
  };
}

/** The decoded parts of a path; null where one could lead elsewhere. */
function segmentsOf(path: string): string[] | null {
  try {
    const segments = path.replace(/\/$/, '').split('/').map(decodeURIComponent);
    const odd = segments.some(
      (part) => part === '' || part === '.' || part === '..' || /[\\/\0]/.test(part),
    );
    return odd ? null : segments;
  } catch {
    return null;
  }
}

function matches(pattern: string[], segments: string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => part === '*' || part === segments[index])
  );
}

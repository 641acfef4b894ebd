// How the whole API goes through one route of a host, for those who have put `schemaRoutes` into a
// single file. `schemaRoutes` reads it back the same way.

const API = '/api/admin/';

/** The address of an API path under one route: `?name=` for a schema, `?at=` for what is not one. */
export function toOneRoute(apiPath: string, search: URLSearchParams, route: string): string {
  const path = apiPath.slice(apiPath.indexOf(API) + API.length);
  const [room, name, ...deeper] = path.split('/');
  const query = new URLSearchParams(search);
  if (room !== 'schemas') query.set('at', path);
  else if (name !== undefined) {
    query.set('name', decodeURIComponent(name));
    if (deeper.length > 0) query.set('at', deeper.join('/'));
  }
  const text = query.toString();
  return text === '' ? route : `${route}?${text}`;
}

/** The API path that `?name=` and `?at=` stand for, without `/api/admin/`; they are taken out of `query`. */
export function fromOneRoute(query: URLSearchParams): string {
  const name = query.get('name');
  const at = query.get('at');
  query.delete('name');
  query.delete('at');
  if (name === null) return at ?? 'schemas';
  const schema = `schemas/${encodeURIComponent(name)}`;
  return at === null ? schema : `${schema}/${at}`;
}

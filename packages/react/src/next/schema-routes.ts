// Route handlers for a Next.js app: they hand requests of the page on to Tenantry, with a token that never
// leaves the server, after the host has said who may do what. Nothing in here is Next's own, so they also serve
// other frameworks whose handlers take a Request and answer with a Response.
import { fromOneRoute } from '../client/one-route.js';
import { routeRequest, type RouteRequest } from './allowed-routes.js';

export interface SchemaRoutesOptions {
  /** Tenantry's address, such as `http://127.0.0.1:7432`. */
  url: string;
  /** A token of Tenantry's, or what reads it. */
  token: string | (() => string | Promise<string>);
  /**
   * Says who may do what: true, false (answered with 403), or an answer of the host's own, such as a redirect.
   * It is asked for every request, also for reading.
   */
  authorize: (
    request: Request,
    route: RouteRequest,
  ) => boolean | Response | Promise<boolean | Response>;
  /** Another `fetch`. */
  fetch?: typeof fetch;
}

type Handler = (request: Request) => Promise<Response>;

export interface SchemaRoutes {
  GET: Handler;
  POST: Handler;
  PATCH: Handler;
  DELETE: Handler;
}

const MOUNT = '/api/admin/';
const HANDED_ON = [
  'accept',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'prefer',
];
const HANDED_BACK = ['content-type', 'date', 'etag', 'retry-after', 'x-request-id'];
/** The largest body that the server takes, an import's. */
const LARGEST_BODY = 8 * 1024 * 1024;

/** `export const { GET, POST, PATCH, DELETE } = schemaRoutes({ url, token, authorize })`. */
export function schemaRoutes(options: SchemaRoutesOptions): SchemaRoutes {
  const handler =
    (method: RouteRequest['method']): Handler =>
    (request) =>
      handle(options, method, request);
  return {
    GET: handler('GET'),
    POST: handler('POST'),
    PATCH: handler('PATCH'),
    DELETE: handler('DELETE'),
  };
}

async function handle(
  options: SchemaRoutesOptions,
  method: RouteRequest['method'],
  request: Request,
): Promise<Response> {
  const url = new URL(request.url);
  const query = new URLSearchParams(url.search);
  const route = routeRequest(method, pathOf(url.pathname, query));
  if (route === null) return problem(404, 'not_found', 'There is nothing at this path.');
  if (route.writes && !isOurPage(request, url)) {
    return problem(403, 'forbidden', 'The request does not come from a page of this site.');
  }
  const verdict = await options.authorize(request, route);
  if (verdict instanceof Response) return verdict;
  if (!verdict) return problem(403, 'forbidden', 'You do not have the right to do this.');
  return handOn(options, route, query, request);
}

/** The path behind `/api/admin/`, or the one that `?name=` and `?at=` stand for. */
function pathOf(pathname: string, query: URLSearchParams): string {
  const mount = pathname.indexOf(MOUNT);
  const path = mount < 0 ? 'schemas' : pathname.slice(mount + MOUNT.length).replace(/\/$/, '');
  return path === 'schemas' ? fromOneRoute(query) : path;
}

/** A page of another site can send neither this header nor this origin without being asked first. */
function isOurPage(request: Request, url: URL): boolean {
  if (request.headers.get('x-tenantry-request') !== '1') return false;
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin' || site === 'none';
  const origin = request.headers.get('origin');
  if (origin === null) return true;
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host') ?? url.host;
  return URL.canParse(origin) && new URL(origin).host === host;
}

async function handOn(
  options: SchemaRoutesOptions,
  route: RouteRequest,
  query: URLSearchParams,
  request: Request,
): Promise<Response> {
  const headers = new Headers();
  for (const name of HANDED_ON) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const token = typeof options.token === 'function' ? await options.token() : options.token;
  headers.set('authorization', `Bearer ${token}`);
  const body = route.writes ? await request.arrayBuffer() : null;
  if (body !== null && body.byteLength > LARGEST_BODY) {
    return problem(413, 'too_large', 'The body of the request is larger than 8 MiB.');
  }
  const search = query.size === 0 ? '' : `?${query}`;
  const target = `${options.url.replace(/\/+$/, '')}${MOUNT}${route.path}${search}`;
  try {
    const answer = await (options.fetch ?? fetch)(target, {
      method: route.method,
      headers,
      body: body === null || body.byteLength === 0 ? null : body,
      cache: 'no-store',
      redirect: 'error',
      // A page that goes away ends the stream of events as well.
      signal: request.signal,
    });
    return handBack(answer);
  } catch (error) {
    if (request.signal.aborted) return new Response(null, { status: 499 });
    console.error('Tenantry cannot be reached:', error);
    return problem(502, 'unavailable', 'Tenantry cannot be reached from this site’s server.');
  }
}

function handBack(answer: Response): Response {
  // `no-transform` and `X-Accel-Buffering` keep those in between from holding the events back.
  const headers = new Headers({
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  });
  for (const name of HANDED_BACK) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(answer.body, { status: answer.status, headers });
}

function problem(status: number, code: string, detail: string): Response {
  const titles: Record<number, string> = {
    403: 'This is not allowed',
    404: 'There is nothing at this path',
    413: 'The request body is too large',
    502: 'A server cannot be reached',
  };
  const body = { type: 'about:blank', title: titles[status], status, code, detail, help: '' };
  return Response.json(body, {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
  });
}

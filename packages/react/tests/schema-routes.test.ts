// The route handlers of a host: what they hand on, what they refuse, and that the token stays where it is.
import { describe, expect, test } from 'vitest';
import { createFleetClient } from '../src/client/index.js';
import { routeRequest } from '../src/next/allowed-routes.js';
import { schemaRoutes, type RouteRequest } from '../src/next/index.js';
import { FakeFleet } from '../src/testing/index.js';

const SITE = 'https://school.example';
const OURS = { 'x-tenantry-request': '1', 'sec-fetch-site': 'same-origin' };

function host(
  authorize: (request: Request, route: RouteRequest) => boolean | Response = () => true,
) {
  const fleet = new FakeFleet({ schemas: 3, operationMs: null });
  const upstream: Request[] = [];
  const routes = schemaRoutes({
    url: 'http://tenantry.test/',
    token: () => 'secret',
    authorize,
    fetch: (input, init) => {
      const request = new Request(input, init);
      upstream.push(request.clone());
      return fleet.fetch(request);
    },
  });
  const send = (method: keyof typeof routes, path: string, init: RequestInit = {}) =>
    routes[method](new Request(`${SITE}${path}`, { method, ...init }));
  return { fleet, upstream, routes, send };
}

describe('handing on', () => {
  test('?name= and child routes reach the same schema, with the token', async () => {
    const { send, upstream } = host();
    for (const path of [
      '/api/admin/schemas?name=school_00001',
      '/api/admin/schemas/school_00001',
    ]) {
      const answer = await send('GET', path, {
        headers: { cookie: 'session=1', authorization: 'no' },
      });
      expect(await answer.json()).toMatchObject({ name: 'school_00001' });
    }
    for (const request of upstream) {
      expect(request.url).toBe('http://tenantry.test/api/admin/schemas/school_00001');
      expect(request.headers.get('authorization')).toBe('Bearer secret');
      expect(request.headers.get('cookie')).toBeNull();
    }
  });

  test('a client of one route does everything through it', async () => {
    const { routes, fleet } = host();
    const client = createFleetClient({
      baseUrl: SITE,
      route: '/api/admin/schemas',
      fetch: (input, init) => {
        const request = new Request(input, init);
        request.headers.set('sec-fetch-site', 'same-origin');
        const method = request.method as keyof typeof routes;
        expect(new URL(request.url).pathname).toBe('/api/admin/schemas');
        return routes[method](request);
      },
    });
    expect((await client.listSchemaRows({ query: { limit: 2 } })).items).toHaveLength(2);
    expect((await client.countSchemas()).states).not.toHaveLength(0);
    const operation = await client.createSchema({ body: { name: 'oakwood' }, headers: {} });
    expect(operation).toMatchObject({ kind: 'create_schema', schema: 'oakwood' });
    await client.patchSchema({ path: { name: 'oakwood' }, body: { quotaBytes: 5 } });
    expect(fleet.schemas.at(-1)?.quota.bytes).toBe(5);
    await client.dropSchema({ path: { name: 'oakwood' }, body: { confirm: 'oakwood' } });
    expect((await client.listOperations()).items).toHaveLength(2);
    expect(await client.showOperation({ path: { id: operation.id } })).toMatchObject({
      id: operation.id,
    });
  });

  test('events are handed on as they come', async () => {
    const { send, fleet } = host();
    const abort = new AbortController();
    const answer = await send('GET', '/api/admin/events', { signal: abort.signal });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(answer.headers.get('cache-control')).toContain('no-transform');
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    fleet.events.emit('schema.changed', { schemaId: '1' });
    expect((await reader.read()).value).toContain('event: schema.changed');
    abort.abort();
    await expect(reader.read()).rejects.toThrow();
    expect(fleet.events.streams).toBe(0);
  });

  test('a server that is away is told as a problem, without its address or token', async () => {
    const routes = schemaRoutes({
      url: 'http://10.0.0.1',
      token: 'secret',
      authorize: () => true,
      fetch: () => Promise.reject(new TypeError('connect ECONNREFUSED 10.0.0.1')),
    });
    const answer = await routes.GET(new Request(`${SITE}/api/admin/schemas`));
    const text = await answer.text();
    expect(answer.status).toBe(502);
    expect(text).toContain('unavailable');
    expect(text).not.toMatch(/10\.0\.0\.1|secret/);
  });
});

describe('refusing', () => {
  test('what the host does not allow is not sent', async () => {
    const asked: RouteRequest[] = [];
    const { send, upstream } = host((_request, route) => {
      asked.push(route);
      return !route.writes;
    });
    expect((await send('GET', '/api/admin/schemas')).status).toBe(200);
    const drop = await send('DELETE', '/api/admin/schemas?name=school_00001', { headers: OURS });
    expect(drop.status).toBe(403);
    expect(upstream).toHaveLength(1);
    expect(asked[1]).toEqual({
      method: 'DELETE',
      path: 'schemas/school_00001',
      schema: 'school_00001',
      writes: true,
    });
  });

  test('the host may answer itself', async () => {
    const { send } = host(() => Response.redirect(`${SITE}/login`));
    expect((await send('GET', '/api/admin/schemas')).status).toBe(302);
  });

  test.each([
    ['without our header', {}],
    ['from another site', { 'x-tenantry-request': '1', 'sec-fetch-site': 'cross-site' }],
    ['from another origin', { 'x-tenantry-request': '1', origin: 'https://evil.example' }],
    ['from no origin', { 'x-tenantry-request': '1', origin: 'null' }],
  ])('a change %s is refused', async (_what, headers) => {
    const { send, upstream } = host();
    const body = JSON.stringify({ name: 'oakwood' });
    expect((await send('POST', '/api/admin/schemas', { headers, body })).status).toBe(403);
    expect(upstream).toHaveLength(0);
  });

  test.each([
    ['GET', 'tokens'],
    ['GET', 'audit'],
    ['GET', 'schemas/oak/credentials'],
    ['POST', 'schemas/oak/credentials'],
    ['DELETE', 'schemas/oak/backup-keys'],
    ['POST', 'templates'],
    ['POST', 'session'],
    ['GET', 'schemas/..%2ftokens'],
    ['GET', 'schemas/../tokens'],
    ['GET', 'schemas/%2e%2e/usage'],
    ['GET', 'schemas/a%00b'],
    ['GET', 'schemas/%zz'],
    ['GET', ''],
    ['GET', '/'],
  ] as const)('%s %s is not there', (method, path) => {
    expect(routeRequest(method, path)).toBeNull();
  });

  test('a path in ?at= is held against the same list', async () => {
    const { send, upstream } = host();
    for (const at of ['tokens', '../tokens', 'schemas/oak/credentials']) {
      const answer = await send('GET', `/api/admin/schemas?at=${encodeURIComponent(at)}`);
      expect(answer.status).toBe(404);
    }
    expect(upstream).toHaveLength(0);
  });
});

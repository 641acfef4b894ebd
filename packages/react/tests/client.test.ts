// The client: errors as they are told, headers, one route, and the stream of events.
import { describe, expect, test } from 'vitest';
import { createFleetClient, FleetError, type SchemaBody } from '../src/client/index.js';
import { readEventStream } from '../src/client/event-stream.js';
import { fromOneRoute, toOneRoute } from '../src/client/one-route.js';
import { problem, schemaFixture } from '../src/testing/index.js';

const URL_OF_SERVER = 'http://tenantry.test';

function answering(answer: (request: Request) => Response | Promise<Response>) {
  const seen: Request[] = [];
  const client = createFleetClient({
    baseUrl: URL_OF_SERVER,
    headers: () => ({ Authorization: 'Bearer secret' }),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      seen.push(request.clone());
      return answer(request);
    },
  });
  return { client, seen };
}

describe('requests', () => {
  test('answer with the body, and carry what the host adds', async () => {
    const schema: SchemaBody = schemaFixture(7);
    const { client, seen } = answering(() => Response.json(schema));
    expect(await client.showSchema({ path: { name: 'a b/c' } })).toEqual(schema);
    expect(seen[0]?.url).toBe(`${URL_OF_SERVER}/api/admin/schemas/a%20b%2Fc`);
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer secret');
    expect(seen[0]?.headers.get('x-tenantry-request')).toBeNull();
  });

  test('that change something say that they come from a page of ours', async () => {
    const { client, seen } = answering(() => Response.json({}, { status: 202 }));
    await client.dropSchema({
      path: { name: 'oak' },
      body: { confirm: 'oak' },
      headers: { 'Idempotency-Key': 'k' },
    });
    expect(seen[0]?.headers.get('x-tenantry-request')).toBe('1');
    expect(seen[0]?.headers.get('idempotency-key')).toBe('k');
    expect(await seen[0]?.json()).toEqual({ confirm: 'oak' });
  });

  test('a problem becomes an error with code, help and request id', async () => {
    const { client } = answering(() => problem(409, 'invalid_state', 'It is archived.'));
    const error = await client
      .showSchema({ path: { name: 'oak' } })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FleetError);
    expect(error).toMatchObject({
      status: 409,
      code: 'invalid_state',
      detail: 'It is archived.',
      help: 'Try something else.',
      requestId: 'request-1',
      isTransient: false,
    });
  });

  test('an answer that is not the server’s says so', async () => {
    const { client } = answering(() => new Response('<html>Bad gateway</html>', { status: 502 }));
    const error = await client.whoami().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 502, code: 'unexpected', isTransient: true });
  });

  test('no answer is an error of its own, and an abort is none', async () => {
    const { client } = answering(() => Promise.reject(new TypeError('failed to fetch')));
    expect(await client.whoami().catch((thrown: unknown) => thrown)).toMatchObject({
      status: 0,
      code: 'unreachable',
    });
    const aborting = answering(() => Promise.reject(new DOMException('aborted', 'AbortError')));
    expect(await aborting.client.whoami().catch((thrown: unknown) => thrown)).toMatchObject({
      name: 'AbortError',
    });
  });

  test('a clock that is an hour off is put right by the server’s', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const { client } = answering(() => Response.json({}, { headers: { date } }));
    expect(Math.abs(client.now() - Date.now())).toBeLessThan(1000);
    await client.whoami();
    expect(Math.round((client.now() - Date.now()) / 60_000)).toBe(60);
  });
});

describe('one route', () => {
  const cases: [path: string, query: string, address: string][] = [
    ['/api/admin/schemas', 'limit=5', '/x?limit=5'],
    ['/api/admin/schemas', '', '/x'],
    ['/api/admin/schemas/oak%20wood', '', '/x?name=oak+wood'],
    ['/api/admin/schemas/facets', '', '/x?name=facets'],
    ['/api/admin/schemas/oak/usage', 'by=day', '/x?by=day&name=oak&at=usage'],
    ['/api/admin/operations/1/cancel', '', '/x?at=operations%2F1%2Fcancel'],
    ['/api/admin/events', '', '/x?at=events'],
  ];
  test.each(cases)('%s with %j goes through %s and back', (path, query, address) => {
    expect(toOneRoute(path, new URLSearchParams(query), '/x')).toBe(address);
    const received = new URLSearchParams(address.slice(2));
    expect(`/api/admin/${fromOneRoute(received)}`).toBe(path);
    expect(received.toString()).toBe(query);
  });
});

describe('the stream', () => {
  const bytes = (chunks: string[]) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    });

  async function read(chunks: string[]) {
    const messages = [];
    for await (const message of readEventStream(bytes(chunks))) messages.push(message);
    return messages.filter((message) => message !== undefined);
  }

  test('is read whatever its pieces and line ends are', async () => {
    const text = 'id: 1\nevent: schema.changed\ndata: {"a":\ndata: 1}\n\n';
    const wanted = [{ id: '1', type: 'schema.changed', data: '{"a":\n1}' }];
    expect(await read([text])).toEqual(wanted);
    expect(await read([...text])).toEqual(wanted);
    expect(await read([text.replaceAll('\n', '\r\n')])).toEqual(wanted);
  });

  test('comments, unknown fields and an unfinished event are passed over', async () => {
    expect(await read([': hello\n\n', 'odd: 1\ndata: x\n\n', 'data: never'])).toEqual([
      { id: undefined, type: 'message', data: 'x' },
    ]);
  });
});

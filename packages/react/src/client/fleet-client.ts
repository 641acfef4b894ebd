// The typed client: the generated routes, errors as `FleetError`, and the stream of events.
import { errorOfAnswer, errorOfSilence } from './fleet-error.js';
import { readEventStream, type StreamMessage } from './event-stream.js';
import { createClient, createConfig } from './generated/client/index.js';
import { FleetApi } from './generated/sdk.gen.js';
import { toOneRoute } from './one-route.js';

type HeaderSource =
  | Record<string, string>
  | (() => Record<string, string> | Promise<Record<string, string>>);

/** Where the server is and how requests reach it. */
export interface FleetClientOptions {
  /** The server's address; the page's own origin when it is left out. */
  baseUrl?: string;
  /** The one route of the host that has `schemaRoutes`, such as `/api/admin/schemas`. */
  route?: string;
  /** Another `fetch`. */
  fetch?: typeof fetch;
  /**
   * What tells this server from others in a cache; its address when it is left out. Give the same one to the client
   * on a server and the one in the browser, so that what was read ahead is found.
   */
  key?: string;
  /** Headers for every request, such as `Authorization`. They are asked for anew each time and never kept. */
  headers?: HeaderSource;
}

/** How a stream of events is opened. */
export interface OpenEventsOptions {
  /** The id of the last event that was seen. */
  after?: string;
  signal?: AbortSignal;
}

/** A client of one server: a method for each route, each resolving with the body or throwing a `FleetError`. */
export class FleetClient extends FleetApi {
  /** Tells this server from others in a cache. */
  readonly key: string;
  readonly #send: typeof fetch;
  readonly #baseUrl: string;
  readonly #clock: ServerClock;

  constructor(options: FleetClientOptions = {}) {
    const baseUrl = (options.baseUrl ?? '').replace(/\/+$/, '');
    const clock = new ServerClock();
    const send = sender(options, clock);
    const client = createClient(
      createConfig({ baseUrl, fetch: send, responseStyle: 'data', throwOnError: true }),
    );
    client.interceptors.error.use((error, response) =>
      response === undefined ? errorOfSilence(error) : errorOfAnswer(response, error),
    );
    super({ client });
    this.key = options.key ?? `${baseUrl}${options.route ?? ''}`;
    this.#send = send;
    this.#baseUrl = baseUrl;
    this.#clock = clock;
  }

  /** The time by the server's clock, in milliseconds; this machine's may be wrong. */
  now(): number {
    return this.#clock.now();
  }

  /** Opens the stream of events; resolves when the server has answered. */
  async openEvents(
    options: OpenEventsOptions = {},
  ): Promise<AsyncGenerator<StreamMessage | undefined>> {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (options.after !== undefined) headers['Last-Event-ID'] = options.after;
    let response: Response;
    try {
      const request = new Request(`${this.#baseUrl}/api/admin/events`, {
        headers,
        cache: 'no-store',
        signal: options.signal ?? null,
      });
      response = await this.#send(request);
    } catch (error) {
      throw errorOfSilence(error);
    }
    if (!response.ok || response.body === null) {
      throw errorOfAnswer(response, await response.json().catch(() => undefined));
    }
    return readEventStream(response.body);
  }
}

/** A client for the server at `baseUrl`. */
export function createFleetClient(options: FleetClientOptions = {}): FleetClient {
  return new FleetClient(options);
}

/** How far this machine's clock is from the server's, by the `Date` of its answers. */
class ServerClock {
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  learn(response: Response): void {
    const date = Date.parse(response.headers.get('date') ?? '');
    if (Number.isNaN(date)) return;
    const ahead = date - Date.now();
    // The header has whole seconds and the answer took its time: less than this is no difference.
    this.#ahead = Math.abs(ahead) < 5000 ? 0 : ahead;
  }
}

function sender(options: FleetClientOptions, clock: ServerClock): typeof fetch {
  return async (input, init) => {
    const send = options.fetch ?? globalThis.fetch;
    let request = input instanceof Request ? input : new Request(input, init);
    if (options.route !== undefined) request = await throughRoute(request, options.route);
    const headers =
      typeof options.headers === 'function' ? await options.headers() : options.headers;
    for (const [name, value] of Object.entries(headers ?? {})) request.headers.set(name, value);
    // A session by cookie needs this for whatever is not a reading; a foreign page cannot send it.
    if (request.method !== 'GET') request.headers.set('X-Tenantry-Request', '1');
    const response = await send(request);
    clock.learn(response);
    return response;
  };
}

async function throughRoute(request: Request, route: string): Promise<Request> {
  const url = new URL(request.url);
  const target = new URL(toOneRoute(url.pathname, url.searchParams, route), url);
  // Read out, because a body that is handed on as a stream needs HTTP/2.
  const body = request.method === 'GET' ? null : await request.text();
  return new Request(target, {
    method: request.method,
    headers: request.headers,
    body,
    cache: request.cache,
    signal: request.signal,
  });
}

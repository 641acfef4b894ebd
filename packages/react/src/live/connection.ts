// The one stream of events of a tab: opened while somebody listens, handed on in batches, resumed after a
// cut, closed while the tab is hidden for long, and replaced by asking now and then while it cannot be had.
import { type FleetClient, FleetError, toFleetError } from '../client/index.js';

/** An event of the stream. */
export interface FleetEvent {
  /** Its number; the order of the numbers is the order of the events. */
  id: string | undefined;
  /** `schema.changed`, `operation.finished`, … */
  type: string;
  schemaId: string | null;
  operationId: string | null;
  at: string;
  data: Record<string, unknown>;
}

/**
 * `idle`: nobody listens, or the tab is hidden. `connecting`: for the first time. `live`: events come.
 * `reconnecting`: cut, and tried again. `polling`: cut for longer; lists are read again every 15 s.
 */
export type ConnectionState = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'polling';

export interface ConnectionStatus {
  state: ConnectionState;
  /** Why the stream cannot be had, as far as that is known. */
  error: FleetError | null;
}

export interface LiveListener {
  /** A batch of events, in their order. */
  onEvents: (events: FleetEvent[]) => void;
  /** Events may have been missed: what is shown is to be read again. */
  onResync: () => void;
}

const FLUSH_EVERY = 250;
const POLL_EVERY = 15_000;
const HIDDEN_FOR = 60_000;
/** The server sends a sign of life every 15 s. */
const SILENT_FOR = 40_000;
const TRIES_BEFORE_POLLING = 2;

export class LiveConnection {
  readonly #client: FleetClient;
  readonly #listeners = new Set<LiveListener>();
  readonly #watchers = new Set<() => void>();
  #status: ConnectionStatus = { state: 'idle', error: null };
  #lastId: string | undefined;
  #wasOpen = false;
  #failures = 0;
  #abort: AbortController | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #hidden: ReturnType<typeof setTimeout> | undefined;
  #flush: ReturnType<typeof setTimeout> | undefined;
  #buffer: FleetEvent[] = [];

  constructor(client: FleetClient) {
    this.#client = client;
  }

  /** Opens the stream for as long as somebody listens. */
  listen(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#begin();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#end();
    };
  }

  /** Calls when the status has changed. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly status = (): ConnectionStatus => this.#status;

  /** Tries again at once, after a new sign-in for instance. */
  reconnect(): void {
    if (this.#listeners.size === 0 || this.#status.state === 'live') return;
    this.#close();
    void this.#open();
  }

  #begin(): void {
    document.addEventListener('visibilitychange', this.#onVisibility);
    window.addEventListener('online', this.#onOnline);
    this.#set(this.#lastId === undefined ? 'connecting' : 'reconnecting');
    void this.#open();
  }

  #end(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    window.removeEventListener('online', this.#onOnline);
    clearTimeout(this.#hidden);
    this.#close();
    this.#deliver();
    this.#set('idle');
  }

  readonly #onOnline = (): void => this.reconnect();

  readonly #onVisibility = (): void => {
    clearTimeout(this.#hidden);
    if (document.visibilityState === 'hidden') {
      // A browser gives six connections to an origin; those who do not look leave theirs to others.
      this.#hidden = setTimeout(() => {
        this.#close();
        this.#set('idle');
      }, HIDDEN_FOR);
    } else if (this.#status.state === 'idle') {
      this.#set('reconnecting');
      void this.#open();
    }
  };

  async #open(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const options = { signal: abort.signal };
      this.#expectLife();
      const messages = await this.#client.openEvents(
        this.#lastId === undefined ? options : { ...options, after: this.#lastId },
      );
      if (abort.signal.aborted) return;
      this.#opened();
      for await (const message of messages) {
        if (abort.signal.aborted) return;
        this.#expectLife();
        if (message !== undefined) this.#receive(message.id, message.type, message.data);
      }
      // An orderly end: the server stops, or the session is over, which the next try will tell.
      if (!abort.signal.aborted) this.#cut(null);
    } catch (error) {
      if (!abort.signal.aborted) this.#cut(toFleetError(error));
    }
  }

  #opened(): void {
    this.#failures = 0;
    this.#set('live');
    // What was read before the stream was there may be older than its first event. With a number to go
    // on from, the server sends everything since then.
    if (this.#lastId === undefined) this.#resync();
    this.#wasOpen = true;
  }

  #receive(id: string | undefined, type: string, text: string): void {
    if (id !== undefined) this.#lastId = id;
    if (type === 'reset') {
      this.#buffer = [];
      this.#resync();
      return;
    }
    const body = parseBody(text);
    if (body === undefined) return;
    this.#buffer.push({ id, type, ...body });
    this.#flush ??= setTimeout(() => this.#deliver(), FLUSH_EVERY);
  }

  #deliver(): void {
    clearTimeout(this.#flush);
    this.#flush = undefined;
    const events = this.#buffer;
    this.#buffer = [];
    if (events.length === 0) return;
    for (const listener of this.#listeners) listener.onEvents(events);
  }

  #resync(): void {
    for (const listener of this.#listeners) listener.onResync();
  }

  #expectLife(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#abort?.abort();
      this.#cut(null);
    }, SILENT_FOR);
  }

  #cut(error: FleetError | null): void {
    this.#close();
    this.#failures += 1;
    const polling = this.#failures > TRIES_BEFORE_POLLING || error?.status === 401;
    this.#set(polling ? 'polling' : this.#wasOpen ? 'reconnecting' : 'connecting', error);
    const wait = polling ? POLL_EVERY : 500 * 2 ** this.#failures * (0.5 + Math.random() / 2);
    this.#retry = setTimeout(() => {
      if (polling) this.#resync();
      void this.#open();
    }, wait);
  }

  #close(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#abort?.abort();
    this.#abort = undefined;
  }

  #set(state: ConnectionState, error: FleetError | null = null): void {
    if (this.#status.state === state && this.#status.error === error) return;
    this.#status = { state, error };
    for (const watcher of this.#watchers) watcher();
  }
}

function parseBody(text: string): Omit<FleetEvent, 'id' | 'type'> | undefined {
  try {
    const body = JSON.parse(text) as Partial<FleetEvent>;
    return {
      schemaId: body.schemaId ?? null,
      operationId: body.operationId ?? null,
      at: body.at ?? '',
      data: body.data ?? {},
    };
  } catch {
    return undefined;
  }
}

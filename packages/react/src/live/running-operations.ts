// The operations that are under way, known from events and from what this tab asked for. It lies over the
// rows that the server sent, keyed by the operation's id: nothing is written into a row before it is true, and
// an operation takes itself away when it ends.
import type { OperationBody, OperationState } from '../client/index.js';
import { isOver } from '../values/operation-words.js';
import type { FleetEvent } from './connection.js';

/** An operation that is under way, or has just come to its end. */
export interface RunningOperation {
  /** Its id; the idempotency key, until the server has answered. */
  id: string;
  kind: string;
  schema: string | null;
  schemaId: string | null;
  state: OperationState;
  done: number;
  total: number;
  current: string | null;
  unwinding: boolean;
  /** The server has not answered yet. */
  optimistic: boolean;
  /** When it was last heard of, by this machine's clock. */
  heardAt: number;
  error: { code?: string; message?: string } | null;
}

type Settled = (operation: RunningOperation) => void;

/** Ends of operations that are remembered, because an end may be told before the request is answered. */
const REMEMBERED = 500;

export class RunningOperations {
  readonly #running = new Map<string, RunningOperation>();
  readonly #ended = new Map<string, RunningOperation>();
  readonly #awaited = new Map<string, Settled[]>();
  readonly #watchers = new Set<() => void>();
  #list: RunningOperation[] = [];
  #bySchema = new Map<string, RunningOperation>();

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** All of them, the oldest first; the same array until something changes. */
  readonly list = (): RunningOperation[] => this.#list;

  /** That of a schema, by its id or its name. */
  ofSchema(id: string, name: string): RunningOperation | null {
    return this.#bySchema.get(id) ?? this.#bySchema.get(name) ?? null;
  }

  get(id: string): RunningOperation | null {
    return this.#running.get(id) ?? this.#ended.get(id) ?? null;
  }

  /** Puts an operation over its schema before the server has answered. */
  expect(key: string, kind: string, schema: string | null): void {
    this.#put(key, { kind, schema, optimistic: true });
    this.#changed();
  }

  /** The server refused: what was expected is taken back. */
  refuse(key: string): void {
    if (this.#running.delete(key)) this.#changed();
  }

  /** The server has answered with the operation. `settled` is called once when it has come to its end. */
  accept(key: string | null, operation: OperationBody, settled?: Settled): void {
    if (key !== null) this.#running.delete(key);
    if (settled !== undefined) {
      this.#awaited.set(operation.id, [...(this.#awaited.get(operation.id) ?? []), settled]);
    }
    const ended = this.#ended.get(operation.id);
    if (ended === undefined) this.#learn(operation);
    else this.#settle(ended);
    this.#changed();
  }

  /** What the server says is under way now: whatever else was is not any more. */
  replaceAll(operations: OperationBody[]): string[] {
    const there = new Set(operations.map((operation) => operation.id));
    const gone = [...this.#running.values()].filter(
      (operation) => !operation.optimistic && !there.has(operation.id),
    );
    for (const operation of gone) this.#running.delete(operation.id);
    for (const operation of operations) this.#learn(operation);
    this.#changed();
    return [...this.#awaited.keys()].filter((id) => !there.has(id));
  }

  /** What the server says of one operation. */
  learn(operation: OperationBody): void {
    this.#learn(operation);
    this.#changed();
  }

  /** Follows a batch of events; answers with those that ended. */
  apply(events: FleetEvent[]): RunningOperation[] {
    const ended: RunningOperation[] = [];
    for (const event of events) {
      if (event.operationId === null || !event.type.startsWith('operation.')) continue;
      if (event.type === 'operation.requested') continue;
      const put = this.#put(event.operationId, changeOf(event));
      if (isOver(put.state)) {
        this.#end(put);
        ended.push(put);
      }
    }
    this.#changed();
    return ended;
  }

  /** It is asked for once more, after it had ended. */
  retry(id: string): void {
    this.#ended.delete(id);
  }

  #learn(operation: OperationBody): void {
    // An answer that was under way while the end was told is older than the end.
    if (this.#ended.has(operation.id) && !isOver(operation.state)) return;
    const put = this.#put(operation.id, {
      kind: operation.kind,
      schema: operation.schema ?? null,
      schemaId: operation.schemaId ?? null,
      state: operation.state,
      done: operation.progress.done,
      total: operation.progress.total,
      current: operation.progress.current ?? null,
      unwinding: operation.progress.unwinding,
      optimistic: false,
      error: (operation.error ?? null) as RunningOperation['error'],
    });
    if (isOver(put.state)) this.#end(put);
  }

  #put(id: string, change: Partial<RunningOperation>): RunningOperation {
    const before = this.#running.get(id);
    const put: RunningOperation = {
      id,
      kind: '',
      schema: null,
      schemaId: null,
      state: 'queued',
      done: 0,
      total: 0,
      current: null,
      unwinding: false,
      optimistic: false,
      error: null,
      ...before,
      ...change,
      heardAt: Date.now(),
    };
    this.#ended.delete(id);
    this.#running.set(id, put);
    return put;
  }

  #end(operation: RunningOperation): void {
    this.#running.delete(operation.id);
    this.#ended.set(operation.id, operation);
    const oldest = this.#ended.keys().next().value;
    if (this.#ended.size > REMEMBERED && oldest !== undefined) this.#ended.delete(oldest);
    this.#settle(operation);
  }

  #settle(operation: RunningOperation): void {
    const awaited = this.#awaited.get(operation.id) ?? [];
    this.#awaited.delete(operation.id);
    for (const settled of awaited) settled(operation);
  }

  #changed(): void {
    this.#list = [...this.#running.values()];
    this.#bySchema = new Map();
    for (const operation of this.#list) {
      if (operation.schemaId !== null) this.#bySchema.set(operation.schemaId, operation);
      if (operation.schema !== null) this.#bySchema.set(operation.schema, operation);
    }
    for (const watcher of this.#watchers) watcher();
  }
}

function changeOf(event: FleetEvent): Partial<RunningOperation> {
  const { data } = event;
  const change: Partial<RunningOperation> = { optimistic: false };
  if (event.schemaId !== null) change.schemaId = event.schemaId;
  if (typeof data.kind === 'string') change.kind = data.kind;
  if (typeof data.schema === 'string') change.schema = data.schema;
  if (typeof data.state === 'string') change.state = data.state as OperationState;
  if (typeof data.stepsDone === 'number') change.done = data.stepsDone;
  if (typeof data.stepsTotal === 'number') change.total = data.stepsTotal;
  if (typeof data.currentStep === 'string') change.current = data.currentStep;
  if (typeof data.unwinding === 'boolean') change.unwinding = data.unwinding;
  if (typeof data.error === 'object') change.error = data.error as RunningOperation['error'];
  return change;
}

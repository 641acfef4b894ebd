// Asking the server for an operation: shown at once, sent with a key that makes it one operation however often
// it arrives, followed to its end, and told.
import { type FleetClient, FleetError, type OperationBody, toFleetError } from '../client/index.js';
import type { Notice, Notify } from '../notify/notify.js';
import { isOver, operationWords } from '../values/operation-words.js';
import type { CacheSync } from './cache-sync.js';
import type { LiveConnection } from './connection.js';
import type { RunningOperation, RunningOperations } from './running-operations.js';

/** What is needed of a fleet to change something in it. */
export interface Changing {
  client: FleetClient;
  live: LiveConnection;
  running: RunningOperations;
  sync: CacheSync;
  notify: Notify;
}

/** An operation that is asked for. */
export interface Asking {
  kind: string;
  /** The institution; null for one of the whole fleet. */
  schema: string | null;
  send: (headers: { 'Idempotency-Key': string }) => Promise<OperationBody>;
  /** What can be done when it has succeeded, such as Undo. */
  afterwards?: Notice['action'];
  /** Nothing is told of it; somebody else sums it up. */
  quiet?: boolean;
  /** Called when it has come to its end. */
  settled?: (operation: RunningOperation) => void;
}

const WAITS_BEFORE_RESENDING = [500, 1500];
const POLL_EVERY = 2000;

/** Resolves with the operation as soon as the server has accepted it. */
export async function submit(fleet: Changing, asking: Asking): Promise<OperationBody> {
  const key = newKey();
  fleet.running.expect(key, asking.kind, asking.schema);
  try {
    const operation = await resending(() => asking.send({ 'Idempotency-Key': key }));
    fleet.running.accept(key, operation, (end) => settle(fleet, asking, end));
    if (fleet.live.status().state === 'idle') void follow(fleet, operation.id);
    return operation;
  } catch (error) {
    fleet.running.refuse(key);
    throw toFleetError(error);
  }
}

/** Asks for an operation once more that failed. */
export async function retryOperation(fleet: Changing, id: string, asking: Asking): Promise<void> {
  fleet.running.retry(id);
  try {
    const operation = await fleet.client.retryOperation({ path: { id } });
    fleet.running.accept(null, operation, (end) => settle(fleet, asking, end));
    if (fleet.live.status().state === 'idle') void follow(fleet, id);
  } catch (error) {
    fleet.notify.error(noticeOfRefusal(asking, error));
  }
}

/** What is told when the server refused. */
export function noticeOfRefusal(asking: Pick<Asking, 'kind' | 'schema'>, error: unknown): Notice {
  const problem = toFleetError(error);
  const request = problem.requestId === undefined ? '' : ` (request ${problem.requestId})`;
  return {
    title: `${operationWords(asking.kind).name}${ofSchema(asking.schema)}: not accepted`,
    description: `${problem.detail}${request}`,
  };
}

/** A key that no other request has; also where there is no secure context, as with plain HTTP. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function settle(fleet: Changing, asking: Asking, end: RunningOperation): void {
  asking.settled?.(end);
  if (asking.quiet === true) return;
  const words = operationWords(asking.kind);
  const of = ofSchema(asking.schema);
  if (end.state === 'succeeded') {
    const notice: Notice = { title: `${words.done}${of}` };
    if (asking.afterwards !== undefined) notice.action = asking.afterwards;
    fleet.notify.success(notice);
  } else if (end.state === 'cancelled') {
    fleet.notify.info({ title: `${words.doing}${of} was cancelled` });
  } else {
    const retry = () => void retryOperation(fleet, end.id, asking);
    fleet.notify.error({
      title: `${words.doing}${of} failed`,
      description: end.error?.message ?? 'The operation has the details.',
      action: { label: 'Retry', run: retry },
    });
  }
}

function ofSchema(schema: string | null): string {
  return schema === null ? '' : ` ${schema}`;
}

/** Sends again with the same key where no answer came: the server makes one operation of both. */
async function resending(send: () => Promise<OperationBody>): Promise<OperationBody> {
  for (const wait of WAITS_BEFORE_RESENDING) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof FleetError && error.isTransient)) throw error;
      await pause(wait);
    }
  }
  return send();
}

/** Where no events come, the operation is asked for now and then until it is over. */
async function follow(fleet: Changing, id: string): Promise<void> {
  for (;;) {
    await pause(POLL_EVERY);
    if (fleet.live.status().state !== 'idle') return;
    try {
      const operation = await fleet.client.showOperation({ path: { id } });
      fleet.running.learn(operation);
      if (isOver(operation.state)) break;
    } catch (error) {
      if (!(error instanceof FleetError && error.isTransient)) break;
    }
  }
  await fleet.sync.refreshLists();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

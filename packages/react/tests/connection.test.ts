// The stream over time: given up for polling, left while nobody looks, and taken up again.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LiveConnection } from '../src/live/connection.js';
import { FakeFleet, problem } from '../src/testing/index.js';

let fleet: FakeFleet;
let live: LiveConnection;
let resyncs: number;
let stop: () => void;

function visibility(state: 'visible' | 'hidden') {
  Object.defineProperty(document, 'visibilityState', { configurable: true, value: state });
  document.dispatchEvent(new Event('visibilitychange'));
}

/** Lets what is under way come to its end without time going by. */
const settle = () => vi.advanceTimersByTimeAsync(0);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const tries = () => fleet.requests.filter((request) => request.endsWith('/events')).length;

beforeEach(async () => {
  vi.useFakeTimers();
  fleet = new FakeFleet({ schemas: 1 });
  live = new LiveConnection(fleet.client());
  resyncs = 0;
  stop = live.listen({
    onEvents: () => undefined,
    onResync: () => {
      resyncs += 1;
    },
  });
  await settle();
});

afterEach(() => {
  stop();
  visibility('visible');
  vi.useRealTimers();
});

describe('the stream', () => {
  test('is opened once, and what was read before is read again', () => {
    expect(live.status().state).toBe('live');
    expect(resyncs).toBe(1);
    expect(tries()).toBe(1);
  });

  test('that is cut for ten minutes is replaced by reading every 15 seconds, and comes back', async () => {
    fleet.events.refused = true;
    fleet.events.cut();
    await settle();
    expect(live.status().state).toBe('reconnecting');
    await pass(10_000);
    expect(live.status().state).toBe('polling');
    const before = resyncs;
    await pass(600_000);
    expect(resyncs - before).toBeGreaterThanOrEqual(38);
    expect(resyncs - before).toBeLessThanOrEqual(41);
    fleet.events.refused = false;
    await pass(15_000);
    expect(live.status().state).toBe('live');
    const after = resyncs;
    await pass(120_000 - 100_000);
    expect(resyncs).toBe(after);
  });

  test('goes on from the last event that was seen', async () => {
    fleet.events.emit('schema.changed', { schemaId: '1' });
    await pass(300);
    const seen: (string | null)[] = [];
    fleet.before = (request) => {
      if (request.url.endsWith('/events')) seen.push(request.headers.get('last-event-id'));
      return undefined;
    };
    fleet.events.cut();
    await pass(2000);
    expect(seen).toEqual(['1']);
    expect(resyncs).toBe(1);
  });

  test('that is silent for longer than a sign of life takes is opened anew', async () => {
    await pass(41_000 + 2_000);
    expect(tries()).toBe(2);
    expect(live.status().state).toBe('live');
  });

  test('is closed a minute after the tab was hidden, and opened when it is looked at', async () => {
    visibility('hidden');
    // A sign of life, so that only the hiding counts.
    await pass(30_000);
    fleet.events.emit('schema.changed', { schemaId: '1' });
    await pass(29_000);
    expect(fleet.events.streams).toBe(1);
    await pass(2_000);
    expect(fleet.events.streams).toBe(0);
    expect(live.status().state).toBe('idle');
    visibility('visible');
    await settle();
    expect(live.status().state).toBe('live');
  });

  test('a short look elsewhere changes nothing', async () => {
    visibility('hidden');
    await pass(20_000);
    visibility('visible');
    await settle();
    expect(tries()).toBe(1);
    expect(fleet.events.streams).toBe(1);
  });

  test('a session that is over is told with its error, and a new sign-in is used at once', async () => {
    fleet.before = (request) =>
      request.url.endsWith('/events')
        ? problem(401, 'unauthenticated', 'The session is over.')
        : undefined;
    fleet.events.cut();
    await pass(2000);
    expect(live.status()).toMatchObject({ state: 'polling', error: { status: 401 } });
    fleet.before = undefined;
    live.reconnect();
    await settle();
    expect(live.status()).toEqual({ state: 'live', error: null });
  });
});

// What happens between pages and events: rows that change, answers out of order, cuts, and what it costs.
import { act, renderHook, screen, waitFor, within } from '@testing-library/react';
import { Profiler, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FleetProvider, useConnection, useOperation, useSchemaManagement } from '../src/index.js';
import { FakeFleet, problem } from '../src/testing/index.js';
import { SchemaManagement } from '../src/ui/index.js';
import { newQueryClient, noting, renderInFleet, type Told } from './fleet.js';

/** How often each row was rendered. */
const rendered = vi.hoisted(() => new Map<string, number>());

vi.mock('../src/ui/schemas/schema-facts.js', async (original) => {
  const facts = await original<typeof import('../src/ui/schemas/schema-facts.js')>();
  const { SchemaNames } = facts;
  return {
    ...facts,
    // Stands once in each row, inside what the row keeps from rendering for nothing.
    SchemaNames: (props: Parameters<typeof SchemaNames>[0]) => (
      <Profiler
        id={props.schema.name}
        onRender={(name) => rendered.set(name, (rendered.get(name) ?? 0) + 1)}
      >
        <SchemaNames {...props} />
      </Profiler>
    ),
  };
});

const rowOf = (name: string) => screen.findByRole('row', { name: new RegExp(name) });
const countLists = (fleet: FakeFleet) =>
  fleet.requests.filter((request) => request.includes('/schemas/rows')).length;

/** Waits until the list is there, live, and has nothing left to do. */
async function settled(fleet: FakeFleet) {
  await rowOf('school_00000');
  await screen.findByText('Live');
  await waitFor(() => expect(fleet.events.streams).toBe(1));
  await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
}

beforeEach(() => rendered.clear());
afterEach(() => vi.useRealTimers());

describe('events', () => {
  test('one event renders exactly one row', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 1000 });
    await settled(fleet);
    rendered.clear();
    act(() => fleet.change('school_00004', { state: 'suspended' }));
    expect(await within(await rowOf('school_00004')).findByText('Suspended')).toBeInTheDocument();
    expect([...rendered.keys()]).toEqual(['school_00004']);
  });

  test('a row that is not on the screen renders nothing', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 1000 });
    await settled(fleet);
    rendered.clear();
    act(() => fleet.change('school_00900', { state: 'suspended' }));
    // A second one, which is on the screen, tells when both have been dealt with.
    act(() => fleet.change('school_00001', { state: 'suspended' }));
    expect(await within(await rowOf('school_00001')).findByText('Suspended')).toBeInTheDocument();
    expect([...rendered.keys()]).toEqual(['school_00001']);
  });

  test('a hundred events in one moment are one step', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 1000 });
    await settled(fleet);
    rendered.clear();
    act(() => {
      for (let turn = 0; turn < 100; turn += 1) {
        fleet.change('school_00002', { state: turn % 2 === 0 ? 'suspended' : 'restoring' });
      }
    });
    expect(await within(await rowOf('school_00002')).findByText('Restoring')).toBeInTheDocument();
    // once for the events, and at most once more for what was read because of them
    expect(rendered.get('school_00002')).toBeLessThanOrEqual(2);
  });

  test('what an event does not tell is read again, for the rows that are shown', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    await settled(fleet);
    const lists = countLists(fleet);
    act(() => fleet.change('school_00001', { displayName: 'Renamed School' }));
    expect(await screen.findByText('Renamed School')).toBeInTheDocument();
    expect(fleet.requests).toContain('GET /api/admin/schemas/school_00001');
    expect(countLists(fleet)).toBe(lists);
  });

  test('new institutions do not move rows: they are counted until somebody refreshes', async () => {
    const { fleet, client } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    await settled(fleet);
    await act(async () => {
      await client.createSchema({ body: { name: 'aaa_first' } });
      await client.createSchema({ body: { name: 'aab_second' } });
    });
    const refresh = await screen.findByRole('button', { name: '2 new – refresh' });
    expect(screen.queryByText('aaa_first')).not.toBeInTheDocument();
    act(() => refresh.click());
    expect(await rowOf('aaa_first')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: /new – refresh/ })).not.toBeInTheDocument();
  });
});

function hookInFleet<T>(hook: () => T, fleet: FakeFleet, told: Told[] = []) {
  const client = fleet.client();
  const queryClient = newQueryClient();
  const notify = noting(told);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <FleetProvider client={client} queryClient={queryClient} notify={notify}>
      {children}
    </FleetProvider>
  );
  return renderHook(hook, { wrapper });
}

describe('operations over rows', () => {
  test('lie over the row at once, follow the events, and take themselves away', async () => {
    const { fleet, told } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    await settled(fleet);
    const lists = countLists(fleet);
    const row = await rowOf('school_00001');
    act(() => screen.getByRole('button', { name: 'Actions for school_00001' }).click());
    const item = await screen.findByRole('menuitem', { name: 'Back up' });
    act(() => item.click());
    expect(await within(row).findByText('Backing up')).toBeInTheDocument();
    await waitFor(() => expect(fleet.operations).toHaveLength(1));
    const { id } = fleet.operations[0]!;
    act(() =>
      fleet.events.emit('operation.progressed', {
        operationId: id,
        schemaId: fleet.schemas[1]!.id,
        data: { kind: 'backup_schema', state: 'running', stepsDone: 1, stepsTotal: 4 },
      }),
    );
    expect(await within(row).findByText('Backing up 25 %')).toBeInTheDocument();
    act(() => fleet.finish(id));
    expect(await within(row).findByText('Active')).toBeInTheDocument();
    expect(told.map(({ notice }) => notice.title)).toEqual(['Backed up school_00001']);
    // neither the answer nor the end has read the list again
    expect(countLists(fleet)).toBe(lists);
  });

  test('are taken back when the server refuses', async () => {
    const { fleet, told } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    await settled(fleet);
    let answer = (_response: Response) => undefined as void;
    fleet.before = (request) =>
      request.method === 'POST'
        ? new Promise<Response>((resolve) => {
            answer = resolve;
          })
        : undefined;
    act(() => screen.getByRole('button', { name: 'Actions for school_00001' }).click());
    const item = await screen.findByRole('menuitem', { name: 'Back up' });
    act(() => item.click());
    const row = await rowOf('school_00001');
    expect(await within(row).findByText('Backing up')).toBeInTheDocument();
    await act(async () => answer(problem(409, 'backups_off', 'This server keeps no backups.')));
    expect(await within(row).findByText('Active')).toBeInTheDocument();
    expect(told[0]).toMatchObject({
      kind: 'error',
      notice: { description: 'This server keeps no backups. (request request-1)' },
    });
  });

  test('that fail say why, and can be tried once more from there', async () => {
    const fleet = new FakeFleet({ schemas: 12, operationMs: null });
    const told: Told[] = [];
    const { result } = hookInFleet(() => useSchemaManagement(), fleet, told);
    await waitFor(() => expect(result.current.isLive).toBe(true));
    await act(
      async () => void (await result.current.suspend.mutateAsync({ name: 'school_00001' })),
    );
    const { id } = fleet.operations[0]!;
    act(() => fleet.finish(id, 'failed', 'The role is in use.'));
    await waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]).toMatchObject({
      kind: 'error',
      notice: {
        title: 'Suspending school_00001 failed',
        description: 'The role is in use.',
        action: { label: 'Retry' },
      },
    });
    await act(async () => told[0]?.notice.action?.run());
    await waitFor(() => expect(fleet.requests.at(-1)).toContain(`${id}/retry`));
    act(() => fleet.finish(id));
    await waitFor(() => expect(told[1]?.notice.title).toBe('Suspended school_00001'));
  });

  test('whose end is told before the request is answered are settled all the same', async () => {
    const fleet = new FakeFleet({ schemas: 12, operationMs: null });
    const told: Told[] = [];
    const { result } = hookInFleet(() => useSchemaManagement(), fleet, told);
    await waitFor(() => expect(result.current.isLive).toBe(true));
    const slow: (() => void)[] = [];
    const real = fleet.fetch;
    fleet.before = async (request) => {
      if (request.method !== 'PATCH') return undefined;
      fleet.before = undefined;
      const answer = await real(request);
      await new Promise<void>((resolve) => slow.push(resolve));
      return answer;
    };
    act(() => result.current.suspend.mutate({ name: 'school_00001' }));
    await waitFor(() => expect(slow).toHaveLength(1));
    act(() => fleet.finish(fleet.operations[0]!.id));
    await act(() => new Promise((resolve) => setTimeout(resolve, 400)));
    act(() => slow[0]?.());
    await waitFor(() => expect(told[0]?.notice.title).toBe('Suspended school_00001'));
  });

  test('are sent again with the same key when no answer came, and are one', async () => {
    const fleet = new FakeFleet({ schemas: 12, operationMs: null });
    const { result } = hookInFleet(() => useSchemaManagement(), fleet);
    const keys: (string | null)[] = [];
    const real = fleet.fetch;
    fleet.before = async (request) => {
      if (request.method !== 'POST') return undefined;
      keys.push(request.headers.get('idempotency-key'));
      if (keys.length > 1) return undefined;
      // The request arrives; only its answer is lost.
      const before = fleet.before;
      fleet.before = undefined;
      await real(request.clone());
      fleet.before = before;
      throw new TypeError('network error');
    };
    await act(async () => void (await result.current.backup.mutateAsync({ name: 'school_00001' })));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect(fleet.operations).toHaveLength(1);
  });

  test('asked for twice at once are one, and a refused one can be asked for again', async () => {
    const fleet = new FakeFleet({ schemas: 12, operationMs: null });
    const { result } = hookInFleet(() => useSchemaManagement(), fleet);
    await act(async () => {
      result.current.backup.mutate({ name: 'school_00001' });
      result.current.backup.mutate({ name: 'school_00001' });
      result.current.backup.mutate({ name: 'school_00002' });
    });
    await waitFor(() => expect(fleet.operations).toHaveLength(2));
    fleet.before = () => problem(503, 'unavailable', 'Not now.');
    const refuse = () => result.current.drop.mutateAsync({ name: 'school_00003', confirm: 'x' });
    fleet.before = () => problem(422, 'confirmation_mismatch', 'Repeat the name.');
    await act(() => refuse().catch(() => undefined) as Promise<void>);
    expect(result.current.drop.error?.code).toBe('confirmation_mismatch');
    fleet.before = undefined;
    await act(async () => {
      await result.current.drop.mutateAsync({ name: 'school_00003', confirm: 'school_00003' });
    });
    expect(result.current.drop.error).toBeNull();
    expect(fleet.operations).toHaveLength(3);
  });
});

describe('identity', () => {
  test('the result and its actions stay the same between renders that change nothing', async () => {
    const fleet = new FakeFleet({ schemas: 12, operationMs: null });
    const { result, rerender } = hookInFleet(() => useSchemaManagement({ filters: {} }), fleet);
    await waitFor(() => expect(result.current.isLive && result.current.facets).toBeTruthy());
    const before = result.current;
    rerender();
    rerender();
    expect(result.current).toBe(before);
    act(() => result.current.selection.toggle('school_00001'));
    expect(result.current).not.toBe(before);
    expect(result.current.drop).toBe(before.drop);
    expect(result.current.getRow).toBe(before.getRow);
    expect(result.current.schemas).toBe(before.schemas);
  });

  test('rows that were read again and are the same stay the same objects', async () => {
    const fleet = new FakeFleet({ schemas: 12, operationMs: null });
    const { result } = hookInFleet(() => useSchemaManagement(), fleet);
    await waitFor(() => expect(result.current.schemas).toHaveLength(12));
    const before = result.current.schemas;
    await act(async () => result.current.refetch());
    await waitFor(() => expect(result.current.isRefreshing).toBe(false));
    expect(result.current.schemas[3]).toBe(before[3]);
  });
});

describe('slow answers and wrong order', () => {
  test('the answer of an older search does not replace that of a newer one', async () => {
    const fleet = new FakeFleet({ schemas: 30, operationMs: null });
    const { result } = hookInFleet(() => useSchemaManagement(), fleet);
    await waitFor(() => expect(result.current.total).toBe(30));
    const waiting: (() => void)[] = [];
    fleet.before = async (request) => {
      if (request.url.includes('q=00001'))
        await new Promise<void>((resolve) => waiting.push(resolve));
      return undefined;
    };
    act(() => result.current.setFilters({ q: '00001' }));
    await waitFor(() => expect(waiting).toHaveLength(1));
    expect(result.current.isPrevious).toBe(true);
    expect(result.current.schemas).toHaveLength(30);
    act(() => result.current.setFilters({ q: '00002' }));
    await waitFor(() => expect(result.current.isPrevious).toBe(false));
    expect(result.current.schemas.map((row) => row.name)).toEqual(['school_00002']);
    await act(async () => waiting[0]?.());
    expect(result.current.schemas.map((row) => row.name)).toEqual(['school_00002']);
  });

  test('a snapshot of what is under way that is older than an end brings nothing back', async () => {
    const fleet = new FakeFleet({ schemas: 12, operationMs: null });
    const { result } = hookInFleet(() => useSchemaManagement(), fleet);
    await waitFor(() => expect(result.current.isLive).toBe(true));
    await act(async () => void (await result.current.backup.mutateAsync({ name: 'school_00001' })));
    const old = Response.json({ items: [{ ...fleet.operations[0]! }], total: 1 });
    act(() => fleet.finish(fleet.operations[0]!.id));
    await act(() => new Promise((resolve) => setTimeout(resolve, 400)));
    fleet.before = (request) => (request.url.includes('/operations?') ? old : undefined);
    act(() => {
      fleet.events.forget();
      fleet.events.emit('reset', {});
    });
    await waitFor(() => expect(fleet.requests.at(-1)).toBeDefined());
    const { result: operation } = hookInFleet(() => useOperation(fleet.operations[0]!.id), fleet);
    fleet.before = undefined;
    await waitFor(() => expect(operation.current.data?.state).toBe('succeeded'));
  });
});

describe('the connection', () => {
  test('a cut is mended from the last event on, and nothing is missed', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    await settled(fleet);
    act(() => fleet.change('school_00001', { state: 'suspended' }));
    expect(await within(await rowOf('school_00001')).findByText('Suspended')).toBeInTheDocument();
    const lists = countLists(fleet);
    act(() => fleet.events.cut());
    expect(await screen.findByText('Reconnecting')).toBeInTheDocument();
    act(() => fleet.change('school_00002', { state: 'suspended' }));
    expect(await screen.findByText('Live', {}, { timeout: 10_000 })).toBeInTheDocument();
    expect(await within(await rowOf('school_00002')).findByText('Suspended')).toBeInTheDocument();
    expect(countLists(fleet)).toBe(lists);
  });

  test('case 37: after a gap that the server no longer has, everything is read once', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    await settled(fleet);
    act(() => fleet.change('school_00001', { state: 'suspended' }));
    expect(await within(await rowOf('school_00001')).findByText('Suspended')).toBeInTheDocument();
    const lists = countLists(fleet);
    act(() => fleet.events.cut());
    act(() => {
      fleet.change('school_00002', { state: 'suspended' });
      fleet.change('school_00002', { state: 'restoring' });
      fleet.events.forget();
    });
    expect(await screen.findByText('Live', {}, { timeout: 10_000 })).toBeInTheDocument();
    expect(await within(await rowOf('school_00002')).findByText('Restoring')).toBeInTheDocument();
    expect(countLists(fleet)).toBe(lists + 1);
  });

  test('one stream serves all that listen', async () => {
    const fleet = new FakeFleet({ schemas: 12 });
    const useAll = () => [useSchemaManagement(), useSchemaManagement(), useConnection()] as const;
    const { result, unmount } = hookInFleet(useAll, fleet);
    await waitFor(() => expect(result.current[2].state).toBe('live'));
    expect(fleet.events.streams).toBe(1);
    unmount();
    await waitFor(() => expect(fleet.events.streams).toBe(0));
  });
});

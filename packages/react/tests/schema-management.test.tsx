// SchemaManagement as somebody uses it: found by role and name, driven by pointer and keys.
import { screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import { problem, schemaFixture } from '../src/testing/index.js';
import { useSchemaManagement } from '../src/index.js';
import { SchemaManagement } from '../src/ui/index.js';
import { renderInFleet } from './fleet.js';

const rowOf = (name: string) => screen.findByRole('row', { name: new RegExp(name) });

async function openMenu(name: string) {
  await userEvent.click(await screen.findByRole('button', { name: `Actions for ${name}` }));
  return screen.findByRole('menu');
}

describe('the list', () => {
  test('shows rows, their number and what each is', async () => {
    renderInFleet(<SchemaManagement />, { schemas: 12 });
    const row = await rowOf('school_00003');
    expect(within(row).getByText('School 3')).toBeInTheDocument();
    expect(within(row).getByText('Suspended')).toBeInTheDocument();
    expect(screen.getByText('12 institutions')).toBeInTheDocument();
    expect(screen.getByRole('table')).toHaveAttribute('aria-rowcount', '13');
  });

  test('reads one page of 100,000 and makes only the rows on the screen', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 100_000 });
    await rowOf('school_00000');
    expect(screen.getByText('100,000 institutions')).toBeInTheDocument();
    expect(screen.getAllByRole('row').length).toBeLessThan(40);
    const lists = fleet.requests.filter((request) =>
      request.startsWith('GET /api/admin/schemas/rows?'),
    );
    expect(new Set(lists)).toEqual(
      new Set(['GET /api/admin/schemas/rows?sort=name&limit=200&offset=0']),
    );
  });

  test('is there, as long as before, while rows are read that it was jumped to', async () => {
    const seen = new Set<string>();
    const Jump = () => {
      const { status, total, getRow, ensureRange } = useSchemaManagement();
      seen.add(`${status} ${total}`);
      return (
        <button type="button" onClick={() => ensureRange(99_990, 99_999)}>
          {getRow(99_999)?.name ?? getRow(0)?.name ?? 'none'}
        </button>
      );
    };
    renderInFleet(<Jump />, { schemas: 100_000 });
    await userEvent.click(await screen.findByRole('button', { name: 'school_00000' }));
    await screen.findByRole('button', { name: 'school_99999' });
    expect([...seen]).toEqual(['pending 0', 'success 100000']);
  });

  test('asks the server to search, and says when nothing matches', async () => {
    renderInFleet(<SchemaManagement />, { schemas: 12 });
    await rowOf('school_00003');
    await userEvent.type(screen.getByRole('searchbox'), 'zebra');
    expect(await screen.findByText('No institution matches')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }));
    expect(await rowOf('school_00003')).toBeInTheDocument();
    expect(screen.getByRole('searchbox')).toHaveValue('');
  });

  test('narrows to states and orders by columns', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    await rowOf('school_00003');
    await userEvent.click(screen.getByRole('button', { name: /Suspended/ }));
    await screen.findByText('2 institutions');
    await userEvent.click(screen.getByRole('button', { name: 'Storage' }));
    await waitFor(() =>
      expect(fleet.requests.at(-1)).toBe(
        'GET /api/admin/schemas/rows?state=suspended&sort=-usage&limit=200&offset=0',
      ),
    );
    const header = screen.getByRole('columnheader', { name: 'Storage' });
    expect(header).toHaveAttribute('aria-sort', 'descending');
  });

  test('an empty fleet has a way to its first institution', async () => {
    renderInFleet(<SchemaManagement />, { schemas: [] });
    expect(await screen.findByText('No institutions yet')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Create institution' }));
    expect(await screen.findByRole('dialog', { name: 'Create institution' })).toBeInTheDocument();
  });

  test('an error shows cause and request id, and can be tried again', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, {
      before: (request) =>
        request.url.includes('/schemas/rows?')
          ? problem(503, 'unavailable', 'The database is away.')
          : undefined,
    });
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The database is away.');
    expect(alert).toHaveTextContent('request request-1');
    fleet.before = undefined;
    await userEvent.click(within(alert).getByRole('button', { name: 'Try again' }));
    expect(await rowOf('school_00003')).toBeInTheDocument();
  });

  test('rows stay when reading them again fails, and it is said that they may be old', async () => {
    const { fleet, queryClient } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    await rowOf('school_00003');
    fleet.before = () => problem(503, 'unavailable', 'The database is away.');
    await queryClient.invalidateQueries();
    expect(await screen.findByText(/may be old: The database is away/)).toBeInTheDocument();
    expect(screen.getByRole('row', { name: /school_00003/ })).toBeInTheDocument();
    fleet.before = undefined;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(screen.queryByText(/may be old/)).not.toBeInTheDocument());
  });

  test('bears names from right to left, of 200 characters, and emoji', async () => {
    const long = 'Sehr-lange-Bezeichnung '.repeat(9).slice(0, 200);
    renderInFleet(<SchemaManagement />, {
      schemas: [
        schemaFixture(1, { name: 'arabic', displayName: 'مدرسة النور الثانوية' }),
        schemaFixture(2, { name: 'long_one', displayName: long }),
        schemaFixture(3, { name: 'emoji', displayName: '🏫👩‍🏫 Schule' }),
      ],
    });
    expect(await screen.findByText('مدرسة النور الثانوية')).toHaveAttribute('dir', 'auto');
    expect(screen.getByTitle(long)).toHaveTextContent(long.trim());
    expect(screen.getByText('🏫👩‍🏫 Schule')).toBeInTheDocument();
  });

  test('case 40: a name that is markup stays text', async () => {
    const displayName = '<img src=x onerror="window.hit=1">';
    renderInFleet(<SchemaManagement />, { schemas: [schemaFixture(1, { displayName })] });
    expect(await screen.findByText(displayName)).toBeInTheDocument();
    expect(document.querySelector('img')).toBeNull();
  });
});

describe('the keyboard', () => {
  test('j and k move, x chooses, Enter opens', async () => {
    const onOpen = vi.fn();
    renderInFleet(<SchemaManagement onOpen={onOpen} />, { schemas: 12 });
    const first = await rowOf('school_00000');
    first.focus();
    await userEvent.keyboard('jj');
    await waitFor(() => expect(document.activeElement).toHaveTextContent('school_00002'));
    await userEvent.keyboard('k');
    await waitFor(() => expect(document.activeElement).toHaveTextContent('school_00001'));
    await userEvent.keyboard('x');
    expect(await screen.findByText('1 chosen')).toBeInTheDocument();
    await userEvent.keyboard('{Enter}');
    expect(onOpen).toHaveBeenCalledWith(expect.objectContaining({ name: 'school_00001' }));
  });

  test('single keys can be turned off', async () => {
    renderInFleet(<SchemaManagement shortcuts={false} />, { schemas: 12 });
    const first = await rowOf('school_00000');
    first.focus();
    await userEvent.keyboard('jx');
    expect(document.activeElement).toBe(first);
    expect(screen.queryByText('1 chosen')).not.toBeInTheDocument();
  });
});

describe('filters', () => {
  test('troubles are counted by the server, and what was set elsewhere can be taken away', async () => {
    const { fleet } = renderInFleet(<SchemaManagement filters={{ plans: ['basic'] }} />, {
      schemas: 12,
      before: (request) =>
        request.url.endsWith('/facets')
          ? Response.json({
              states: [{ state: 'active', count: 12 }],
              templates: [],
              plans: [],
              quotaLevels: [
                { level: 'ok', count: 9 },
                { level: 'warning', count: 2 },
                { level: 'blocked', count: 1 },
              ],
              withoutBackup: 4,
              staleBackup: 0,
              failing: 0,
              usageBytes: 0,
            })
          : undefined,
    });
    expect(await screen.findByRole('button', { name: 'Near or over quota 3' })).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'No backup 4' })).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: /Failing/ })).not.toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Take away: Plan basic' })).toBeInTheDocument();
    expect(fleet.requests.some((request) => request.includes('plan=basic'))).toBe(true);
  });

  test('a host that holds them is asked, and is followed', async () => {
    const onFiltersChange = vi.fn();
    const { again } = renderInFleet(
      <SchemaManagement filters={{}} onFiltersChange={onFiltersChange} />,
      { schemas: 12 },
    );
    await rowOf('school_00003');
    await userEvent.click(screen.getByRole('button', { name: /Suspended/ }));
    expect(onFiltersChange).toHaveBeenCalledWith({ states: ['suspended'] });
    expect(screen.getByText('12 institutions')).toBeInTheDocument();
    again(
      <SchemaManagement filters={{ states: ['suspended'] }} onFiltersChange={onFiltersChange} />,
    );
    expect(await screen.findByText('2 institutions')).toBeInTheDocument();
  });
});

describe('one schema', () => {
  test('a drop wants the name typed, and Enter does nothing before', async () => {
    const { fleet, told } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    await rowOf('school_00000');
    await openMenu('school_00000');
    await userEvent.click(screen.getByRole('menuitem', { name: /Drop/ }));
    const dialog = await screen.findByRole('alertdialog');
    const input = within(dialog).getByRole('textbox');
    const verb = within(dialog).getByRole('button', { name: 'Drop schema' });
    await waitFor(() => expect(input).toHaveFocus());
    expect(within(dialog).getAllByRole('button')[0]).toHaveTextContent('Cancel');
    await userEvent.type(input, 'school_0000{Enter}');
    expect(verb).toBeDisabled();
    expect(fleet.operations).toHaveLength(0);
    await userEvent.clear(input);
    await userEvent.click(input);
    await userEvent.paste('school_00000');
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument());
    expect(fleet.operations.map((operation) => operation.kind)).toEqual(['drop_schema']);
    expect(await within(await rowOf('school_00000')).findByText('Dropping')).toBeInTheDocument();
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Actions for school_00000' })).toHaveFocus(),
    );
    fleet.finish(fleet.operations[0]!.id);
    await waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]?.notice.title).toBe('Dropped school_00000');
    told[0]?.notice.action?.run();
    await waitFor(() => expect(fleet.operations.at(-1)?.kind).toBe('undrop_schema'));
  });

  test('a refusal stands in the dialog, and Escape closes it', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    await rowOf('school_00000');
    fleet.before = (request) =>
      request.method === 'PATCH'
        ? problem(409, 'invalid_state', 'Somebody was faster.')
        : undefined;
    await openMenu('school_00000');
    await userEvent.click(screen.getByRole('menuitem', { name: /Suspend/ }));
    const dialog = await screen.findByRole('alertdialog');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Suspend schema' }));
    expect(await within(dialog).findByText('Somebody was faster.')).toBeInTheDocument();
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('alertdialog')).not.toBeInTheDocument());
  });

  test('what somebody may not do is there, with the reason', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, {
      schemas: 12,
      can: (action) => (action === 'backup' ? 'Your role is viewer.' : true),
    });
    await rowOf('school_00000');
    await openMenu('school_00000');
    const item = screen.getByRole('menuitem', { name: /Back up/ });
    expect(item).toHaveAttribute('aria-disabled', 'true');
    expect(item).toHaveTextContent('Your role is viewer.');
    await userEvent.click(item);
    expect(fleet.operations).toHaveLength(0);
  });

  test('a quota is read as people write it, and saved against the version that was seen', async () => {
    const { fleet, told } = renderInFleet(<SchemaManagement />, { schemas: 12 });
    const seen: (string | null)[] = [];
    fleet.before = (request) => {
      if (request.method === 'PATCH') seen.push(request.headers.get('if-match'));
      return undefined;
    };
    await rowOf('school_00001');
    await openMenu('school_00001');
    await userEvent.click(screen.getByRole('menuitem', { name: /Quota/ }));
    const dialog = await screen.findByRole('dialog');
    await userEvent.click(within(dialog).getByRole('checkbox'));
    const size = within(dialog).getByLabelText('Size');
    expect(size).toHaveValue('4 GiB');
    await userEvent.clear(size);
    await userEvent.type(size, '10 gib{Enter}');
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    expect(seen).toEqual(['"v1"']);
    expect(fleet.schemas[1]?.quota.bytes).toBe(10 * 1024 ** 3);
    expect(told[0]?.notice.title).toBe('Quota of school_00001 saved');
    expect(await within(await rowOf('school_00001')).findByText(/10 GiB/)).toBeInTheDocument();
  });
});

describe('creating', () => {
  test('the name is suggested, checked as it is typed, and asked of the server', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 3 });
    await rowOf('school_00000');
    await userEvent.click(screen.getByRole('button', { name: 'Create' }));
    const sheet = await screen.findByRole('dialog');
    await userEvent.type(within(sheet).getByLabelText(/Display name/), 'Schloßschule Émile');
    const name = within(sheet).getByLabelText('Name');
    expect(name).toHaveValue('schlossschule_emile');
    await userEvent.clear(name);
    await userEvent.type(name, 'Oak');
    expect(within(sheet).getByText(/starts with a lower-case letter/)).toBeInTheDocument();
    await userEvent.clear(name);
    await userEvent.type(name, 'school_00001');
    expect(await within(sheet).findByText(/school_00001 already/)).toBeInTheDocument();
    await userEvent.clear(name);
    await userEvent.type(name, 'oakwood');
    await userEvent.click(within(sheet).getByRole('button', { name: 'Create institution' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    const row = await rowOf('oakwood');
    expect(await within(row).findByText('Creating')).toBeInTheDocument();
    fleet.finish(fleet.operations[0]!.id);
    expect(await within(await rowOf('oakwood')).findByText('Active')).toBeInTheDocument();
  });

  test('a double click makes one institution', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 3 });
    await rowOf('school_00000');
    await userEvent.click(screen.getByRole('button', { name: 'Create' }));
    const sheet = await screen.findByRole('dialog');
    await userEvent.type(within(sheet).getByLabelText('Name'), 'oakwood');
    await userEvent.dblClick(within(sheet).getByRole('button', { name: 'Create institution' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    expect(fleet.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });
});

describe('many schemas', () => {
  test('a drop of many wants number and verb typed, names the first, and is summed up', async () => {
    const { fleet, told } = renderInFleet(<SchemaManagement />, { schemas: 12, operationMs: 1 });
    await rowOf('school_00000');
    await userEvent.click(screen.getByRole('checkbox', { name: /Choose all rows/ }));
    await userEvent.click(screen.getByRole('button', { name: 'Drop…' }));
    const dialog = await screen.findByRole('alertdialog');
    // two of the twelve are archived already
    expect(within(dialog).getByText(/2 of the chosen are left out/)).toBeInTheDocument();
    expect(within(dialog).getAllByRole('listitem')[0]).toHaveTextContent('school_00000');
    const input = within(dialog).getByRole('textbox');
    await userEvent.type(input, 'drop 12 schemas{Enter}');
    expect(fleet.operations).toHaveLength(0);
    await userEvent.clear(input);
    await userEvent.type(input, 'drop 10 schemas{Enter}');
    await waitFor(() => expect(told).toHaveLength(1));
    expect(told[0]?.notice.title).toBe('Dropped: 10 of 10');
    expect(fleet.schemas.every((schema) => schema.state === 'archived')).toBe(true);
    expect(screen.queryByText(/chosen/)).not.toBeInTheDocument();
    told[0]?.notice.action?.run();
    await waitFor(() => expect(told[1]?.notice.title).toBe('Brought back: 12 of 12'));
  });

  test('all that match can be chosen, also those that were never read', async () => {
    const { fleet, told } = renderInFleet(<SchemaManagement />, { schemas: 700 });
    await rowOf('school_00000');
    await userEvent.click(screen.getByRole('button', { name: /Suspended/ }));
    await screen.findByText('117 institutions');
    await userEvent.click(screen.getByRole('checkbox', { name: 'Choose school_00003' }));
    await userEvent.click(screen.getByRole('button', { name: 'Choose all 117 that match' }));
    expect(screen.getByText('117 chosen')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Resume…' }));
    const dialog = await screen.findByRole('alertdialog');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Resume 117 schemas' }));
    expect(await screen.findByText('Changing institutions')).toBeInTheDocument();
    fleet.finish(fleet.operations.find((each) => each.kind === 'change_schemas')!.id);
    await waitFor(() => expect(told[0]?.notice.title).toBe('Resumed: 117 of 117'));
    expect(fleet.schemas.filter((schema) => schema.state === 'suspended')).toHaveLength(0);
    await waitFor(() =>
      expect(screen.queryByText('Changing institutions')).not.toBeInTheDocument(),
    );
  });

  test('all but some are named, because the server knows no such filter', async () => {
    const { fleet } = renderInFleet(<SchemaManagement />, { schemas: 600 });
    const bodies: { names?: string[] }[] = [];
    fleet.before = async (request) => {
      if (request.url.endsWith('/bulk')) bodies.push((await request.clone().json()) as object);
      return undefined;
    };
    await rowOf('school_00000');
    await userEvent.click(screen.getByRole('checkbox', { name: 'Choose school_00000' }));
    await userEvent.click(screen.getByRole('button', { name: 'Choose all 600 that match' }));
    await userEvent.click(screen.getByRole('checkbox', { name: 'Choose school_00001' }));
    await userEvent.click(screen.getByRole('button', { name: 'Back up…' }));
    await screen.findByRole('alertdialog');
    expect(bodies[0]?.names).toHaveLength(599);
    expect(bodies[0]?.names).not.toContain('school_00001');
  });
});

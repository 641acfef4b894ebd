// What happens elsewhere is seen here: another client, another tab, a stream that is cut, a page that is reloaded.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CutLine } from './cut-line';
import { expect, rowOf, test, url } from './fleet';

/** Keeps institutions from being made until it is let go, so that an operation is under way for as long as it is looked at. */
async function withoutCreations(): Promise<{ end: () => Promise<void> }> {
  const profile = readFileSync(join(process.env.E2E_FOLDER ?? '', 'profile.toml'), 'utf8');
  const address = /managed_database_url = "(.*)"/.exec(profile)?.[1] ?? '';
  const psql = spawn('psql', [address, '-qX'], { stdio: ['pipe', 'pipe', 'inherit'] });
  psql.stdin.write(
    'begin; lock table tenantry.schema_marker in share row exclusive mode;\n\\echo held\n',
  );
  await once(psql.stdout, 'data');
  return {
    end: async () => {
      psql.stdin.end('rollback;\n');
      await once(psql, 'exit');
    },
  };
}

test('a change by another client is seen without a reload', async ({ page, api }) => {
  await api.create('watched_school');
  await page.goto(`${url}/schemas?q=watched_school`);
  await expect(rowOf(page, 'watched_school').getByText('Active')).toBeVisible();
  await expect(page.getByText('Live').first()).toBeVisible();
  await api.patch('/schemas/watched_school', { action: 'suspend' });
  await expect(rowOf(page, 'watched_school').getByText('Suspended')).toBeVisible();
});

test('two tabs show the same', async ({ page, api, context }) => {
  await api.create('shared_school');
  const second = await context.newPage();
  await page.goto(`${url}/schemas/shared_school`);
  await second.goto(`${url}/schemas/shared_school/settings`);
  await expect(page.locator('header').getByText('Active')).toBeVisible();
  await second.getByRole('button', { name: 'Suspend…' }).click();
  await second.getByRole('alertdialog').getByRole('button', { name: 'Suspend schema' }).click();
  await expect(page.locator('header').getByText('Suspended')).toBeVisible();
  await expect(second.locator('header').getByText('Suspended')).toBeVisible();
  await second.close();
});

test('a reload in the middle of an operation loses nothing', async ({ page }) => {
  test.slow();
  const names = Array.from({ length: 60 }, (_, index) => `reloaded_${index}`);
  await page.goto(`${url}/schemas/import`);
  await page.getByLabel('CSV', { exact: true }).fill(['name', ...names].join('\n'));
  await page.getByRole('button', { name: 'Preview' }).click();
  const creations = await withoutCreations();
  await page.getByRole('button', { name: 'Import 60 institutions' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Import' })).toBeVisible();
  await page.goto(`${url}/`);
  await page.getByRole('button', { name: /under way/ }).click();
  const dock = page.getByRole('region', { name: 'Operations dock' });
  await expect(dock.getByRole('progressbar').first()).toBeVisible();
  await page.reload();
  await dock.getByRole('link', { name: 'Import', exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'Import' })).toBeVisible();
  await creations.end();
  await expect(page.locator('header').getByText('Succeeded')).toBeVisible({ timeout: 90_000 });
  await expect(
    page.getByText('60 of 60').or(page.getByText('Showing 50 of 60')).first(),
  ).toBeVisible();
});

test('case 40: a stream that is cut is told, and what was missed is there afterwards', async ({
  page,
  api,
  expected,
}) => {
  expected.push('net::', 'There was no answer');
  await api.create('missed_school');
  const line = await CutLine.to(url);
  await page.goto(`${line.url}/schemas?q=missed_school`);
  await expect(rowOf(page, 'missed_school').getByText('Active')).toBeVisible();
  await expect(page.getByText('Live').first()).toBeVisible();
  line.cut();
  await expect(page.getByText(/Reconnecting|Every 15 s|Offline/).first()).toBeVisible();
  await api.patch('/schemas/missed_school', { action: 'suspend' });
  line.mend();
  await expect(rowOf(page, 'missed_school').getByText('Suspended')).toBeVisible({
    timeout: 45_000,
  });
  await line.close();
});

test('answers that take three seconds show skeletons, then rows', async ({ page }) => {
  let slowed = 0;
  await page.route('**/api/admin/schemas/rows?**', async (route) => {
    slowed += 1;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await route.continue();
  });
  await page.goto(`${url}/schemas`);
  await expect(page.getByRole('status').filter({ hasText: 'Loading institutions' })).toBeVisible();
  await expect(page.getByText('Ashgrove Primary School')).toBeVisible();
  expect(slowed).toBeGreaterThan(0);
});

test('answers out of order never show the older question', async ({ page }) => {
  let overtaken = 0;
  await page.route(/schemas\/rows\?.*q=har(&|$)/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    overtaken += 1;
    // a question that nobody waits for any more may have been given up
    await route.continue().catch(() => {});
  });
  await page.goto(`${url}/schemas`);
  const box = page.getByPlaceholder('Search by name');
  await box.fill('har');
  await expect(page).toHaveURL(/q=har/);
  await box.fill('ashgrove');
  await expect(page).toHaveURL(/q=ashgrove/);
  await expect(page.getByText('Ashgrove Primary School')).toBeVisible();
  await expect.poll(() => overtaken).toBeGreaterThan(0);
  await expect(page.getByText('Ashgrove Primary School')).toBeVisible();
  await expect(page.getByText('Harbour View')).toBeHidden();
});

test('a worker that is not heard of any more is told', async ({ page, api }) => {
  const operation = await api.post<{ id: string }>('/schemas', { name: 'silent_school' });
  await page.route(`**/api/admin/operations/${operation.id}`, async (route) => {
    const answer = await route.fetch();
    const leaseUntil = new Date(Date.now() - 60_000).toISOString();
    const running = { state: 'running', finishedAt: null, leaseUntil };
    await route.fulfill({ response: answer, json: { ...(await answer.json()), ...running } });
  });
  await page.goto(`${url}/operations/${operation.id}`);
  await expect(page.getByText('Nothing is heard of the worker that has it')).toBeVisible();
  await page.unroute(`**/api/admin/operations/${operation.id}`);
  await page.reload();
  await expect(page.locator('header').getByText('Succeeded')).toBeVisible();
  await expect(page.getByText('Nothing is heard of the worker that has it')).toBeHidden();
});

test('the overview shows what grew most', async ({ page, api }) => {
  await expect
    .poll(async () => (await api.get<{ grown: unknown[] }>('/usage?top=5')).grown.length, {
      timeout: 90_000,
    })
    .toBeGreaterThan(0);
  const { grown } = await api.get<{ grown: { name: string }[] }>('/usage?top=5');
  await page.goto(`${url}/`);
  await expect(page.getByRole('heading', { name: 'Grew most within a week' })).toBeVisible();
  await expect(page.getByRole('link', { name: grown[0]?.name ?? '' }).first()).toBeVisible();
});

test('a newer server asks for a reload', async ({ page }) => {
  await page.clock.install();
  await page.goto(`${url}/`);
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await page.route('**/api/admin/whoami', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({
      response: answer,
      json: { ...(await answer.json()), version: '99.0.0+feedface' },
    });
  });
  await page.clock.fastForward('02:00');
  await expect(page.getByText('The server was updated')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Reload', exact: true })).toBeVisible();
});

test('a server that does not answer has its face, and a way on', async ({ page, expected }) => {
  expected.push('net::', 'There was no answer');
  await page.route('**/api/**', (route) => route.abort('connectionrefused'));
  await page.goto(`${url}/`);
  await expect(page.getByRole('heading', { name: 'The server does not answer' })).toBeVisible({
    timeout: 30_000,
  });
  await page.unroute('**/api/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
});

// Every page in both themes: it renders, axe finds nothing, nothing scrolls sideways on a narrow page, and a picture of it is
// written for people to look at.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test, url } from './fleet';

const pictures = fileURLToPath(new URL('../../target/screenshots', import.meta.url));
mkdirSync(pictures, { recursive: true });

const pages: { name: string; path: string; heading: string }[] = [
  { name: 'overview', path: '/', heading: 'Overview' },
  { name: 'schemas', path: '/schemas', heading: 'Schemas' },
  { name: 'create', path: '/schemas?new=true', heading: 'Create institution' },
  { name: 'import', path: '/schemas/import', heading: 'Import institutions' },
  { name: 'schema', path: '/schemas/ashgrove', heading: 'Ashgrove Primary School' },
  { name: 'schema-usage', path: '/schemas/ashgrove/usage', heading: 'Usage' },
  { name: 'schema-backups', path: '/schemas/ashgrove/backups', heading: 'Backups' },
  { name: 'schema-copies', path: '/schemas/ashgrove/copies', heading: 'Copies' },
  { name: 'schema-operations', path: '/schemas/ashgrove/operations', heading: 'Operations' },
  { name: 'schema-activity', path: '/schemas/ashgrove/activity', heading: 'Activity' },
  { name: 'schema-settings', path: '/schemas/ashgrove/settings', heading: 'Danger zone' },
  { name: 'restore', path: '/schemas/ashgrove/restore', heading: 'Restore ashgrove' },
  { name: 'operations', path: '/operations', heading: 'Operations' },
  { name: 'backups', path: '/backups', heading: 'Backups' },
  { name: 'drills', path: '/backups?view=drills', heading: 'Drills' },
  { name: 'retention', path: '/backups?view=retention', heading: 'What retention would do now' },
  { name: 'schedules', path: '/backups?view=schedules', heading: 'Backups' },
  { name: 'templates', path: '/templates', heading: 'Templates' },
  { name: 'template', path: '/templates/default', heading: 'default' },
  { name: 'findings', path: '/findings', heading: 'Findings' },
  { name: 'adoption', path: '/adoption', heading: 'Adoption' },
  { name: 'audit', path: '/audit', heading: 'Audit' },
  { name: 'tokens', path: '/tokens', heading: 'Tokens' },
  { name: 'settings', path: '/settings', heading: 'Settings' },
  { name: 'not-found', path: '/nowhere/at/all', heading: 'There is no such page' },
];

async function settled(page: Page, path: string, heading: string): Promise<void> {
  await page.goto(url + path);
  await expect(page.getByRole('heading', { name: heading, exact: true }).first()).toBeVisible();
  await page.waitForFunction(
    () => document.querySelector('.animate-pulse, [class*="tenantry:animate-pulse"]') === null,
  );
}

async function faults(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .exclude('[data-base-ui-focus-guard]')
    .analyze();
  return found.violations.flatMap((violation) =>
    violation.nodes.map(
      (node) => `${violation.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`,
    ),
  );
}

test.beforeAll('ashgrove has a backup and a copy', async ({ playwright }) => {
  const request = await playwright.request.newContext({
    extraHTTPHeaders: { authorization: `Bearer ${process.env.E2E_TOKEN}`, prefer: 'wait=30' },
  });
  await request.post(`${url}/api/admin/backups`, { data: { schema: 'ashgrove' } });
  await request.post(`${url}/api/admin/schemas/ashgrove/copies`, { data: {} });
  await request.dispose();
});

for (const theme of ['light', 'dark'] as const) {
  test.describe(`in the ${theme} theme`, () => {
    test.use({ colorScheme: theme });
    for (const { name, path, heading } of pages) {
      test(`${name} has no fault that axe knows`, async ({ page }) => {
        await settled(page, path, heading);
        await page.screenshot({ path: `${pictures}/${name}-${theme}.png` });
        expect(await faults(page)).toEqual([]);
      });
    }

    test('an open menu, a dialog, the palette and the dock have none either', async ({ page }) => {
      await settled(page, '/schemas?q=ashgrove', 'Schemas');
      await page.getByRole('button', { name: 'Operations', exact: true }).click();
      expect(await faults(page)).toEqual([]);
      await page.getByRole('row').getByRole('button').last().click();
      await expect(page.getByRole('menu')).toBeVisible();
      await page.screenshot({ path: `${pictures}/menu-${theme}.png` });
      expect(await faults(page)).toEqual([]);
      await page.getByRole('menuitem', { name: 'Drop…' }).click();
      await expect(page.getByRole('alertdialog')).toBeVisible();
      await page.screenshot({ path: `${pictures}/dialog-${theme}.png` });
      expect(await faults(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog', { name: 'Find or do anything' })).toBeVisible();
      await page.screenshot({ path: `${pictures}/palette-${theme}.png` });
      expect(await faults(page)).toEqual([]);
    });
  });
}

for (const [what, width] of [
  ['320 px', 320],
  ['200 % zoom of a small laptop', 640],
] as const) {
  test(`no page scrolls sideways at ${what}`, async ({ page }) => {
    test.slow();
    await page.setViewportSize({ width, height: 640 });
    for (const { name, path, heading } of pages) {
      await settled(page, path, heading);
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect.soft(over, `${name} is too wide`).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `${pictures}/${name}-${width}.png` });
    }
  });
}

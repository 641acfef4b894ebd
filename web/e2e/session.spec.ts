// Coming in, going out, and a session that ends while one works.
import { expect, test, token, url } from './fleet';
import { test as bare } from '@playwright/test';

bare(
  'the door takes a token, keeps no secret, and leads to where one wanted to go',
  async ({ page, context }) => {
    await page.goto(`${url}/operations?state=failed`);
    await expect(page.getByRole('heading', { name: 'Sign in to Tenantry' })).toBeVisible();
    await page.getByLabel('Token', { exact: true }).fill('tenantry_api_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert')).toContainText('token');

    await page.getByLabel('Token', { exact: true }).fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Operations', level: 1 })).toBeVisible();
    await expect(page).toHaveURL(/\/operations\?state=failed$/);

    const kept = await page.evaluate(() =>
      JSON.stringify({ ...localStorage, ...sessionStorage, cookie: document.cookie }),
    );
    expect(kept).not.toContain(token);
    const cookie = (await context.cookies()).find((each) => each.name === 'tenantry_session');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
  },
);

test('signing out ends the session', async ({ page, expected }) => {
  expected.push('401');
  await page.goto(`${url}/`);
  await page.getByRole('button', { name: 'Account and appearance' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Tenantry' })).toBeVisible();
  await page.goto(`${url}/schemas`);
  await expect(page).toHaveURL(/\/sign-in/);
});

test('case 37: a session that ends keeps the page and asks to sign in again', async ({
  page,
  api,
  expected,
}) => {
  expected.push('401');
  const made = await api.post<{ secret: string; token: { id: string } }>('/tokens', {
    name: 'for a while',
    role: 'operator',
  });
  await page.context().clearCookies();
  await page.request.post(`${url}/api/admin/session`, {
    data: { token: made.secret },
    headers: { 'X-Tenantry-Request': '1' },
  });
  await page.goto(`${url}/schemas?q=ash`);
  await expect(page.getByText('Ashgrove Primary School')).toBeVisible();

  await api.remove(`/tokens/${made.token.id}`, undefined);
  await page.getByRole('link', { name: 'Operations', exact: true }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await expect(dialog).toBeVisible();
  await dialog.getByLabel('Token', { exact: true }).fill(token);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Operations', level: 1 })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Operations' })).toBeVisible();
});

test('what a viewer may not do is shown with the reason', async ({ page, api, expected }) => {
  expected.push('403');
  const made = await api.post<{ secret: string }>('/tokens', { name: 'onlooker', role: 'viewer' });
  await page.context().clearCookies();
  await page.request.post(`${url}/api/admin/session`, {
    data: { token: made.secret },
    headers: { 'X-Tenantry-Request': '1' },
  });
  await page.goto(`${url}/audit`);
  await expect(page.getByText('This page is not open to you')).toBeVisible();
  await page.goto(`${url}/schemas/ashgrove/settings`);
  const drop = page.getByRole('button', { name: 'Drop…' });
  await expect(drop).toHaveAttribute('aria-disabled', 'true');
  await expect(drop).toHaveAttribute('title', /needs the role operator/);
  // Playwright would wait for it to be enabled
  await drop.click({ force: true });
  await expect(page.getByRole('alertdialog')).toBeHidden();
});

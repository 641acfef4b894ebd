// Everything without a mouse.
import { expect, rowOf, test, url } from './fleet';

test('from the overview to a dropped and recovered institution with keys alone', async ({
  page,
  api,
}) => {
  await api.create('typed_school');
  await page.goto(`${url}/`);
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(page.getByRole('heading', { level: 1, name: 'Schemas' })).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('typed_school');
  await expect(rowOf(page, 'typed_school')).toBeVisible();
  await expect(page).toHaveURL(/q=typed_school/);

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Find or do anything' })).toBeFocused();
  await page.keyboard.type('typed_school');
  const entry = page.getByRole('option', { name: /typed_school/ });
  await expect(entry).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'typed_school' })).toBeVisible();

  await page.locator('main').getByRole('link', { name: 'Settings', exact: true }).focus();
  await page.keyboard.press('Enter');
  const drop = page.getByRole('button', { name: 'Drop…' });
  await drop.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(drop).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.type('typed_school');
  await page.keyboard.press('Enter');
  await expect(page.locator('header').getByText('Archived')).toBeVisible();
  await page.getByRole('button', { name: 'Undo drop' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('header').getByText('Active')).toBeVisible();
});

test('the sheet lists what the keys do, and single keys can be turned off', async ({ page }) => {
  await page.goto(`${url}/`);
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet.getByText('Go to Operations')).toBeVisible();
  await sheet.getByRole('checkbox', { name: 'Keys without Ctrl or ⌘ work' }).uncheck();
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog', { name: 'Find or do anything' })).toBeVisible();
});

test('a chart is walked with the arrow keys, and is a table as well', async ({ page }) => {
  await page.goto(`${url}/schemas/ashgrove/usage`);
  const chart = page.getByRole('figure', { name: 'Size' });
  await chart.getByRole('slider').focus();
  await page.keyboard.press('Home');
  await expect(chart.getByText(/: [\d.]+\s[KM]iB/).last()).toBeVisible();
  await chart.getByRole('button', { name: 'View as table' }).click();
  await expect(chart.getByRole('table')).toBeVisible();
});

test('what is filtered, sorted and opened survives a reload and Back', async ({ page }) => {
  await page.goto(`${url}/schemas`);
  await page.getByLabel('Order').selectOption('-usage');
  await expect(page).toHaveURL(/sort=-usage/);
  await page.getByPlaceholder('Search by name').fill('ash');
  await expect(page).toHaveURL(/q=ash/);
  await page.reload();
  await expect(page.getByPlaceholder('Search by name')).toHaveValue('ash');
  await expect(page.getByLabel('Order')).toHaveValue('-usage');
  await page.getByText('Ashgrove Primary School').click();
  await expect(
    page.getByRole('heading', { level: 1, name: 'Ashgrove Primary School' }),
  ).toBeVisible();
  await page.goBack();
  await expect(page.getByPlaceholder('Search by name')).toHaveValue('ash');
});

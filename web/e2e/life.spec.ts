// An institution's life in the console: made, suspended, dropped, brought back.
import { expect, rowOf, test, url } from './fleet';

test('create and see it turn active without a reload; a double click makes one', async ({
  page,
  api,
}) => {
  await page.goto(`${url}/schemas`);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page).toHaveURL(/new=true/);
  const sheet = page.getByRole('dialog', { name: 'Create institution' });
  await sheet.getByLabel('Display name').fill('Oakwood Primary School');
  await expect(sheet.getByLabel('Name', { exact: true })).toHaveValue('oakwood_primary_school');
  await sheet.getByLabel('Name', { exact: true }).fill('oakwood');
  await sheet.getByRole('button', { name: 'Create institution' }).dblclick();
  await expect(sheet).toBeHidden();
  await expect(rowOf(page, 'oakwood').getByText('Active')).toBeVisible();
  const { total } = await api.get<{ total: number }>(
    '/operations?kind=create_schema&schema=oakwood',
  );
  expect(total).toBe(1);
});

test('names are checked while they are typed', async ({ page }) => {
  await page.goto(`${url}/schemas?new=true`);
  const sheet = page.getByRole('dialog', { name: 'Create institution' });
  await sheet.getByLabel('Name', { exact: true }).fill('Oak-Wood');
  await sheet.getByLabel('Name', { exact: true }).blur();
  await expect(sheet.getByText('A name starts with a lower-case letter')).toBeVisible();
});

test('suspend and resume, from the danger zone', async ({ page, api }) => {
  await api.create('suspended_school');
  await page.goto(`${url}/schemas/suspended_school/settings`);
  await page.getByRole('button', { name: 'Suspend…' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Suspend schema' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('button', { name: 'Suspend…' })).toBeVisible();
  await expect(page.locator('header').getByText('Active')).toBeVisible();
});

test('drop wants the name typed, and Undo brings it back', async ({ page, api }) => {
  await api.create('dropped_school', 'Dropped School');
  await page.goto(`${url}/schemas?q=dropped_school`);
  await rowOf(page, 'dropped_school').getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Drop…' }).click();
  const dialog = page.getByRole('alertdialog');
  const drop = dialog.getByRole('button', { name: /^Drop/ });
  await expect(drop).toBeDisabled();
  await dialog.getByRole('textbox').fill('dropped_schoo');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('textbox').fill('dropped_school');
  await drop.click();
  await expect(rowOf(page, 'dropped_school').getByText('Archived')).toBeVisible();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(rowOf(page, 'dropped_school').getByText('Active')).toBeVisible();
});

test('attributes are changed, with the version that was seen', async ({ page, api }) => {
  await api.create('renamed_school');
  await page.goto(`${url}/schemas/renamed_school/settings`);
  await page.getByLabel('Name for people').fill('مدرسة النور الابتدائية');
  await page.getByLabel('Quota of its own').fill('2 GiB');
  await page.getByLabel('Labels').fill('region=north\ntier=gold');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(
    page.getByRole('heading', { level: 1, name: 'مدرسة النور الابتدائية' }),
  ).toBeVisible();
  const schema = await api.get<{ quota: { bytes: number }; labels: object }>(
    '/schemas/renamed_school',
  );
  expect(schema.quota.bytes).toBe(2 * 1024 ** 3);
  expect(schema.labels).toEqual({ region: 'north', tier: 'gold' });
});

// Many institutions at once: looked at first, each row with what is wrong with it, then one operation.
import { expect, rowOf, test, url } from './fleet';

test('a sheet is previewed, corrected and imported as one operation', async ({ page }) => {
  await page.goto(`${url}/schemas/import`);
  const sheet = page.getByLabel('CSV', { exact: true });
  await sheet.fill(
    'name,displayName\nimported_one,First\nBad-Name,Second\nimported_two,🏫 مدرسة\n',
  );
  await page.getByRole('button', { name: 'Preview' }).click();
  const rows = page.getByRole('table', { name: 'Rows of the sheet' });
  await expect(rows.getByRole('row').nth(1)).toContainText('Invalid');
  await expect(rows.getByRole('row').nth(1)).toContainText('Bad-Name');
  await expect(rows.getByRole('row').nth(1)).toContainText(
    'a name starts with a lower-case letter',
  );
  await expect(page.getByRole('button', { name: /^Import/ })).toHaveAttribute(
    'aria-disabled',
    'true',
  );

  await sheet.fill('name,displayName\nimported_one,First\nimported_two,🏫 مدرسة\n');
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Import 2 institutions' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Import' })).toBeVisible();
  await expect(page.locator('header').getByText('Succeeded')).toBeVisible();
  await expect(
    page.getByRole('table', { name: 'Operations that belong to it' }).getByRole('row'),
  ).toHaveCount(3);

  await page.goto(`${url}/schemas?q=imported`);
  await expect(rowOf(page, 'imported_one').getByText('Active')).toBeVisible();
  await expect(page.getByText('🏫 مدرسة')).toBeVisible();
});

test('a file is refused as a whole with its reason', async ({ page, expected }) => {
  expected.push('400', '422');
  await page.goto(`${url}/schemas/import`);
  await page.getByLabel('CSV', { exact: true }).fill('displayName\nNobody\n');
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByRole('alert')).toContainText('no column `name`');
});

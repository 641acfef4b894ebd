// Looks at the running site in a real browser: the page comes from the server with its rows, wakes up without an
// error, and an institution is made and dropped on it. `node check.js http://127.0.0.1:3000`
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const site = process.argv[2] ?? 'http://127.0.0.1:3000';
const token = process.env.TENANTRY_TOKEN ?? '';
const name = `next_${Date.now().toString(36)}`;

const first = await (await fetch(`${site}/api/admin/schemas?limit=1`)).json();
const html = await (await fetch(site)).text();
assert(first.total > 0, 'Tenantry has no institution to look for');
assert(html.includes(first.items[0].name), 'the rows are not in the HTML of the server');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage();
  const troubles = [];
  const hosts = new Set();
  let seen = html;
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`${message.text()} ${message.location().url}`);
  });
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('response', async (response) => {
    const type = response.headers()['content-type'] ?? '';
    if (/json|javascript|html/.test(type)) seen += await response.text().catch(() => '');
  });

  await page.goto(site);
  await page.getByText('Live', { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('Name', { exact: true }).fill(name);
  await page.keyboard.press('Enter');
  await page.getByRole('searchbox').fill(name);
  const row = page.getByRole('row', { name });
  await row.getByText('Active', { exact: true }).waitFor();

  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Drop…' }).click();
  await page.getByRole('alertdialog').getByRole('textbox').fill(name);
  await page.keyboard.press('Enter');
  await row.getByText('Archived', { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Undo' }).click();
  await row.getByText('Active', { exact: true }).waitFor();

  assert.deepEqual(troubles, [], 'the console has errors');
  assert.deepEqual([...hosts], [new URL(site).host], 'a request left the site');
  assert(token === '' || !seen.includes(token), 'the token reached the browser');
  console.log(
    `next: rendered on the server, hydrated without an error; ${name} made, dropped and brought back`,
  );
} finally {
  await browser.close();
}

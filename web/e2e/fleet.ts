// What every end-to-end test begins with: a page that is signed in, a client of the API beside it, and eyes on what no page
// may do: break its policy, ask another host, or write an error to the console.
import { test as base, expect, type APIRequestContext, type Page } from '@playwright/test';

export const url = process.env.E2E_URL ?? '';
export const token = process.env.E2E_TOKEN ?? '';

/** The API, as a second client with a token of its own would use it. */
export class Api {
  constructor(private readonly request: APIRequestContext) {}

  private async send<T>(method: string, path: string, data?: unknown, wait = 20): Promise<T> {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (method !== 'GET') headers.prefer = `wait=${wait}`;
    const answer = await this.request.fetch(`${url}/api/admin${path}`, {
      method,
      headers,
      ...(data === undefined ? {} : { data }),
    });
    if (!answer.ok())
      throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  get = <T>(path: string) => this.send<T>('GET', path);
  post = <T>(path: string, data: unknown, wait?: number) => this.send<T>('POST', path, data, wait);
  patch = <T>(path: string, data: unknown) => this.send<T>('PATCH', path, data);
  remove = <T>(path: string, data: unknown) => this.send<T>('DELETE', path, data);

  create = (name: string, displayName = name) => this.post('/schemas', { name, displayName });
  backUp = (schema: string) => this.post('/backups', { schema });
}

interface Fixtures {
  api: Api;
  /** A page that is signed in; what it breaks fails the test at its end. */
  page: Page;
  /** Errors that a test expects, by a part of their text. */
  expected: string[];
}

export const test = base.extend<Fixtures>({
  // Playwright reads from the pattern which fixtures are wanted: none
  // oxlint-disable-next-line no-empty-pattern
  expected: async ({}, provide) => provide([]),
  api: async ({ playwright }, provide) => {
    const request = await playwright.request.newContext();
    await provide(new Api(request));
    await request.dispose();
  },
  page: async ({ page, expected }, provide) => {
    const broken: string[] = [];
    page.on('request', (request) => {
      const target = request.url();
      if (
        !/^http:\/\/127\.0\.0\.1:\d+\//.test(target) &&
        !target.startsWith('blob:') &&
        !target.startsWith('data:')
      ) {
        broken.push(`asked another host: ${target}`);
      }
    });
    page.on('pageerror', (error) => broken.push(`threw: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error')
        broken.push(`wrote an error: ${message.text()} ${message.location().url}`);
    });
    await page.exposeFunction('toldOfViolation', (what: string) =>
      broken.push(`broke its policy: ${what}`),
    );
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        void (window as unknown as { toldOfViolation: (what: string) => void }).toldOfViolation(
          `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
        );
      });
    });
    await signIn(page);
    await provide(page);
    expect(broken.filter((what) => !expected.some((part) => what.includes(part)))).toEqual([]);
  },
});

export { expect };

/** Signs the page's context in without the form; the form has a test of its own. */
export async function signIn(page: Page): Promise<void> {
  const answer = await page.request.post(`${url}/api/admin/session`, {
    data: { token },
    headers: { 'X-Tenantry-Request': '1' },
  });
  expect(answer.status()).toBe(200);
}

/** The row of an institution in the list. */
export const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });

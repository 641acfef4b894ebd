// Starts `tenantry demo` in an empty folder on a free port before the first test, and stops it after the last. What
// the tests need of it is in the environment: address, token, folder.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const house = fileURLToPath(new URL('../..', import.meta.url));
const binary =
  process.env.TENANTRY_BIN ??
  join(house, process.env.CARGO_TARGET_DIR ?? 'target', 'debug/tenantry');
/** How long the demo may take on a slow machine. */
const patienceMs = 240_000;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

function postgresBinaries(): string {
  if (process.env.TENANTRY_PG_BIN) return process.env.TENANTRY_PG_BIN;
  const found = spawnSync(join(house, 'scripts/find-postgres'), { encoding: 'utf8' });
  if (found.status !== 0) throw new Error(found.stderr);
  return found.stdout.trim();
}

/** Resolves with the token, once the demo says that it is ready. */
function ready(demo: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(
      () => reject(new Error(`the demo was not ready in time:\n${said}`)),
      patienceMs,
    );
    const read = (chunk: Buffer) => {
      said += chunk.toString();
      const token = /token\s+(tenantry_api_\S+)/.exec(said)?.[1];
      if (token && said.includes('Ctrl-C')) {
        clearTimeout(timer);
        resolve(token);
      }
    };
    demo.stdout?.on('data', read);
    demo.stderr?.on('data', read);
    demo.once('error', (error) => {
      clearTimeout(timer);
      reject(
        new Error(`${binary} cannot be started; build it, or name another one in TENANTRY_BIN`, {
          cause: error,
        }),
      );
    });
    demo.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the demo ended with ${code}:\n${said}`));
    });
  });
}

export default async function start(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-e2e-'));
  // as root, PostgreSQL runs as another user, who must be able to enter
  chmodSync(folder, 0o711);
  const listen = `127.0.0.1:${await freePort()}`;
  const demo = spawn(
    binary,
    ['demo', '--dir', join(folder, 'demo'), '--listen', listen, '--institutions', '12'],
    {
      env: { ...process.env, TENANTRY_PG_BIN: postgresBinaries() },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const ended = new Promise<void>((resolve) => demo.once('exit', () => resolve()));
  try {
    process.env.E2E_TOKEN = await ready(demo);
  } catch (error) {
    demo.kill('SIGTERM');
    throw error;
  }
  process.env.E2E_URL = `http://${listen}`;
  process.env.E2E_FOLDER = join(folder, 'demo');
  return async () => {
    demo.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}

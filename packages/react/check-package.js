// Packs the package as npm would and looks at what is in it: publint for its manifest, are-the-types-wrong for its
// types. ESM only, so that CommonJS cannot `require` it is as wanted; a stylesheet has no types.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const place = mkdtempSync(join(tmpdir(), 'tenantry-react-'));
const run = (program, ...args) => execFileSync(program, args, { stdio: 'inherit' });

try {
  run('npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', place);
  const tarball = join(place, readdirSync(place)[0]);
  run('npx', 'publint', 'run', tarball, '--strict');
  run('npx', 'attw', tarball, '--profile', 'esm-only', '--exclude-entrypoints', 'styles.css');
} finally {
  rmSync(place, { recursive: true, force: true });
}

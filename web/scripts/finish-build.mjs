// After Vite: puts compressed forms beside the files that gain by it, which the server then sends as they are, and takes the
// manifest out of what is served.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(web, 'dist');

const built = join(web, '.build');
mkdirSync(built, { recursive: true });
renameSync(join(dist, '.vite/manifest.json'), join(built, 'manifest.json'));
rmSync(join(dist, '.vite'), { recursive: true });

for (const name of readdirSync(dist, { recursive: true }).filter((file) =>
  /\.(js|css|html|svg)$/.test(file),
)) {
  const bytes = readFileSync(join(dist, name));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  for (const [suffix, small] of [
    ['br', brotliCompressSync(bytes, { params })],
    ['gz', gzipSync(bytes, { level: 9 })],
  ]) {
    if (small.length < bytes.length * 0.95) writeFileSync(join(dist, `${name}.${suffix}`), small);
  }
}

// Holds the built console to its budgets: how many bytes, compressed, a browser fetches for what. Which chunk needs which
// stands in the manifest that the build put aside.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const manifest = JSON.parse(readFileSync(join(dist, '../.build/manifest.json'), 'utf8'));
const sizes = new Map();
const gz = (file) => {
  if (!sizes.has(file))
    sizes.set(file, gzipSync(readFileSync(join(dist, file)), { level: 9 }).length);
  return sizes.get(file);
};

/** The files that a chunk needs before it runs, itself included. */
function closure(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const next of chunk.imports ?? []) closure(next, seen);
  return seen;
}

const sum = (files) => [...files].reduce((total, file) => total + gz(file), 0);
const keys = Object.keys(manifest);
const entry = keys.find((key) => manifest[key].isEntry);
const list = keys.find((key) => key.endsWith('features/schemas/SchemasPage.tsx'));
if (!entry || !list)
  throw new Error('the manifest names no entry or no list of schemas; was the console built?');

const first = new Set([...closure(entry), ...closure(list)]);
const lines = [['entry and list of schemas', sum(first), 240]];
for (const key of keys.filter((name) => manifest[name].isDynamicEntry && name !== list)) {
  const own = [...closure(key)].filter((file) => !first.has(file));
  lines.push([manifest[key].name ?? key, sum(own), /plot/.test(key) ? 30 : 60]);
}
const all = readdirSync(dist, { recursive: true }).filter((file) =>
  /\.(js|css|html|svg)$/.test(file),
);
const css = all.filter((file) => file.endsWith('.css'));
lines.push(['style sheets', sum(css), 30], ['everything', sum(all), 700]);

let broken = 0;
for (const [what, bytes, budget] of lines) {
  const fits = bytes <= budget * 1000;
  if (!fits) broken += 1;
  console.log(
    `${fits ? 'ok    ' : 'OVER  '} ${(bytes / 1000).toFixed(1).padStart(6)} of ${budget} kB gz  ${what}`,
  );
}
const fonts = readdirSync(dist, { recursive: true }).filter((file) =>
  /\.(woff2?|ttf|otf)$/.test(file),
);
if (fonts.length > 0) {
  broken += 1;
  console.log(`OVER   a font is shipped: ${fonts.join(', ')}`);
}
process.exit(broken > 0 ? 1 : 0);

// The walls of the console: app → features → components → lib. Each may use what is below; features never import each
// other, and the package never imports the console. Also: every file says what it is for and stays under 400 lines, and no
// file has a name that says nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');
const floors = ['lib', 'components', 'features', 'app'];
const saysNothing = /^(utils?|helpers?|common|manager|misc)\b/i;
const longest = 400;

const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(ts|tsx|css)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

const placeOf = (file) => {
  const [floor, room] = relative(src, file).split(sep);
  return { floor, room, height: floors.indexOf(floor) };
};

const targetOf = (file, wanted) => {
  if (wanted.startsWith('@/')) return join(src, wanted.slice(2));
  return wanted.startsWith('.') ? resolve(dirname(file), wanted) : undefined;
};

function* problemsOf(file) {
  const text = readFileSync(file, 'utf8');
  const name = relative(root, file);
  if (!/^(\/\/|\/\*)/.test(text)) yield `${name}: does not begin with what it is for`;
  if (text.split('\n').length > longest) yield `${name}: longer than ${longest} lines`;
  if (saysNothing.test(file.split(sep).at(-1))) yield `${name}: its name says nothing`;
  const from = placeOf(file);
  if (from.height < 0) return; // main, styles and the tests' set-up stand above all floors
  for (const [, wanted] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    const target = targetOf(file, wanted);
    if (!target) continue;
    const to = placeOf(target);
    if (to.height > from.height)
      yield `${name}: ${from.floor} must not import ${to.floor} (${wanted})`;
    if (from.floor === 'features' && to.floor === 'features' && to.room !== from.room) {
      yield `${name}: the feature ${from.room} must not import the feature ${to.room}`;
    }
  }
}

const problems = files.flatMap((file) => [...problemsOf(file)]);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`walls: ${files.length} files, all in their places`);

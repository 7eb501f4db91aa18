// Reads the figures of the core that divan prints.
//   cargo bench -p optakit-core --bench core | node bench/core.mjs FIGURES
import { readFileSync } from 'node:fs';
import { Figures } from './figures.mjs';

const MICROSECONDS = { ns: 1e-3, µs: 1, ms: 1e3, s: 1e6 };
const figures = new Figures(process.argv[2]);
const text = readFileSync(0, 'utf8');
let found = 0;
let group = '';
for (const line of text.split('\n')) {
  // name  fastest │ slowest │ median │ mean │ samples │ iters
  // For a benchmark with arguments, the line of the name has no figures; each argument has a line.
  const [, indent, name, median] =
    /^([│ ]*)[├╰]─ (\w+) *[^│]*│[^│]*│ *([^│]*?) *│/u.exec(line) ?? [];
  if (name && !indent) group = median ? '' : `${name}-`;
  const [value, unit] = median?.split(' ') ?? [];
  if (!MICROSECONDS[unit]) continue;
  figures.report(
    `core-${(group + name).replaceAll('_', '-')}/optakit`,
    Number(value) * MICROSECONDS[unit],
    'µs',
  );
  found += 1;
}
if (found === 0) throw new Error(`no figures in the output of divan:\n${text}`);
figures.save();

/** `npm run bench`: the numbers to hold (docs/architecture.md), measured on this machine. Always exits 0: it reports. */
import { formatTable } from './row.ts';
import type { Row } from './row.ts';
import { measureCoreTests, measureDiff } from './programs.ts';
import { measureDiscovery } from './discovery.ts';
import { measureEngine } from './engine.ts';
import { measureHost } from './hostBench.ts';
import { measurePolicy } from './policy.ts';
import { measureRender } from './render.ts';
import { measureScale } from './scale.ts';
import { measureSizes } from './sizes.ts';

interface Part {
  readonly name: string;
  measure(progress: (line: string) => void): Promise<readonly Row[]>;
}

const parts: readonly Part[] = [
  { name: 'sizes', measure: measureSizes },
  { name: 'host', measure: measureHost },
  { name: 'engine', measure: measureEngine },
  { name: 'render', measure: measureRender },
  { name: 'discovery', measure: measureDiscovery },
  { name: 'diff', measure: measureDiff },
  { name: 'policy', measure: measurePolicy },
  { name: 'core', measure: measureCoreTests },
  { name: 'scale', measure: measureScale },
];

function progress(line: string): void {
  console.error(line);
}

const wanted = process.argv.slice(2);
const chosen = wanted.length === 0 ? parts : parts.filter(({ name }) => wanted.includes(name));
const rows: Row[] = [];
for (const part of chosen) {
  progress(`bench: ${part.name} …`);
  rows.push(...(await part.measure(progress)));
}
console.log(formatTable(rows));

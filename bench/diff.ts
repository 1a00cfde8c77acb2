/** Prints how long the comparison of 10,000 Deployments in memory takes: `node bench/diff.ts`. Bound: 100 ms (docs/architecture.md). */
import { readFileSync } from 'node:fs';
import { compareObject } from '../src/core/diff/compareObject.ts';
import { builtIn } from '../src/core/diff/schema/builtInSchemas.ts';
import { objectAt, stringAt } from '../src/core/model/json.ts';
import type { Json } from '../src/core/model/json.ts';
import { asKubeObject } from '../src/core/model/resource.ts';
import type { KubeObject } from '../src/core/model/resource.ts';
import { readYaml } from '../src/core/yaml/readYaml.ts';

const amount = 10_000;
const sets = [
  { file: 'D1b-replicas-declared-scaled-by-hand.yaml', tool: 'argocd-ssa', fieldManager: 'argocd-controller' },
  { file: 'A12a-octal-file-mode-0644.yaml', tool: 'argocd-csa', fieldManager: 'argocd-controller' },
  { file: 'A12b-octal-file-mode-0o644.yaml', tool: 'flux-kustomize', fieldManager: 'kustomize-controller' },
] as const;

function readPair(file: string): { readonly desired: string; readonly live: string; readonly app: string } {
  const text = readFileSync(new URL(`../test/cases/diff/${file}`, import.meta.url), 'utf8');
  const value = readYaml(text, 'kustomize').documents[0]?.value;
  const desired = readYaml(stringAt(value, 'desired') ?? '', 'plain').documents[0]?.value;
  return {
    desired: JSON.stringify(desired),
    live: JSON.stringify(objectAt(value, 'live')),
    app: stringAt(value, 'app', 'name') ?? '',
  };
}

/** Separate objects, as a LIST would give them: nothing is shared that would not be in a cluster. */
function parse(text: string): KubeObject {
  // Written by JSON.stringify just before.
  const value = asKubeObject(JSON.parse(text) as Json);
  if (value === undefined) throw new Error('the case holds no object');
  return value;
}

const medians: number[] = [];
for (const { file, tool, fieldManager } of sets) {
  const { desired, live, app: name } = readPair(file);
  // One in ten differs where the Deployment declares its replicas; the others are in sync.
  const replicas = /"replicas":\d+/;
  const settled = live.replaceAll(new RegExp(replicas, 'g'), replicas.exec(desired)?.[0] ?? '$&');
  const pairs = Array.from({ length: amount }, (_, index) => ({
    desired: parse(desired),
    live: parse(index % 10 === 0 ? live : settled),
  }));
  const app = { name, namespace: 'bench', ownNamespace: `case-${file.slice(0, 4).toLowerCase()}` };
  const times: number[] = [];
  let differing = 0;
  for (let round = 0; round < 11; round++) {
    const start = process.cpuUsage();
    differing = pairs.filter(
      (pair) => compareObject({ ...pair, manager: { tool, fieldManager }, app, schemas: builtIn }).fields.length > 0,
    ).length;
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  const sorted = times.toSorted((one, other) => one - other);
  medians.push(sorted[Math.floor(sorted.length / 2)] ?? 0);
  const shown = times.map((time) => time.toFixed(0)).join(' ');
  console.log(
    `${tool.padEnd(14)}: ${differing} of ${amount} differ; ${shown} ms of processor time a round, the first cold`,
  );
}
console.log(`diff of ${amount} Deployments, median of the rounds, slowest tool: ${Math.max(...medians).toFixed(0)} ms`);

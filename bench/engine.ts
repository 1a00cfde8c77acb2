import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EnginePool } from '../src/adapters/engine/enginePool.ts';
import { loadModule } from '../src/adapters/engine/loadModule.ts';
import { DiskTree } from '../src/adapters/git/diskTree.ts';
import { ensureBinaries } from '../scripts/lab/goBinaries.ts';
import { projectRoot } from '../scripts/lab/projectPaths.ts';
import { runOrThrow } from '../scripts/lab/run.ts';
import type { Row } from './row.ts';
import { observed } from './row.ts';

const modules = path.join(projectRoot, 'dist/engine');
const rounds = 9;

/** Least and median wall time of several runs, in milliseconds; the least says what the work costs on a busy machine. */
interface Times {
  readonly least: number;
  readonly median: number;
}

async function time(work: () => Promise<unknown>, count = rounds): Promise<Times> {
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  const sorted = times.toSorted((one, other) => one - other);
  return { least: sorted[0] ?? 0, median: sorted[Math.floor(count / 2)] ?? 0 };
}

/** An overlay of `count` ConfigMaps over a base, with a prefix and labels, as kustomizations in the wild have them. */
async function writeOverlay(folder: string, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `settings-${String(index)}`);
  await mkdir(path.join(folder, 'base'), { recursive: true });
  await mkdir(path.join(folder, 'overlay'), { recursive: true });
  for (const name of names) {
    const object = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  LOG_LEVEL: info\n`;
    await writeFile(path.join(folder, 'base', `${name}.yaml`), object);
  }
  const head = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';
  const listed = names.map((name) => `- ${name}.yaml\n`).join('');
  await writeFile(path.join(folder, 'base/kustomization.yaml'), `${head}resources:\n${listed}`);
  const overlay = `${head}namespace: shop\nnamePrefix: prod-\nlabels:\n- pairs: {tier: web}\nresources:\n- ../base\n`;
  await writeFile(path.join(folder, 'overlay/kustomization.yaml'), overlay);
}

interface Rendered {
  readonly first: number;
  readonly whole: Times;
  readonly bare: Times;
}

async function render(folder: string): Promise<Rendered> {
  const worker = new URL('../src/adapters/engine/engineWorker.ts', import.meta.url);
  const pool = new EnginePool({ worker, modules, threads: 1 });
  const once = async (withoutEvidence: boolean): Promise<void> => {
    const request = { path: 'overlay', loadRestrictor: 'root-only', withoutEvidence } as const;
    const { problems } = await pool.kustomize(request, new DiskTree(folder), AbortSignal.timeout(60_000));
    if (problems.length > 0) throw new Error(problems[0]?.message);
  };
  try {
    const first = await time(() => once(false), 1);
    return { first: first.least, whole: await time(() => once(false)), bare: await time(() => once(true)) };
  } finally {
    pool.dispose();
  }
}

function show({ least, median }: Times): string {
  return `${least.toFixed(0)} ms (median ${median.toFixed(0)})`;
}

/** The rendering engine: compile, first rendering, small and large kustomizations, and the native tool on the same. */
export async function measureEngine(progress: (line: string) => void): Promise<readonly Row[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-bench-'));
  try {
    const { kustomize } = await ensureBinaries(['kustomize'], progress);
    const compiled = await time(() => loadModule(modules, 'kustomize'), 3);
    const rows: Row[] = [observed('engine: compile the module', show(compiled), 'least of 3; once in a window')];
    for (const count of [3, 100]) {
      const folder = path.join(scratch, String(count));
      await writeOverlay(folder, count);
      const { first, whole, bare } = await render(folder);
      const native = await time(() => runOrThrow(kustomize, ['build', path.join(folder, 'overlay')]));
      const what = `engine: ${String(count)} objects`;
      rows.push(
        observed(`${what}, first`, `${first.toFixed(0)} ms`, 'compile and start of the worker included'),
        observed(what, show(whole), `least of ${String(rounds)}; with origins and transformations`),
        observed(`${what}, as a probe`, show(bare), 'without origins and transformations'),
        observed(`${what}, kustomize build`, show(native), 'a native process each time'),
        observed(`${what}, to native`, `${(bare.least / native.least).toFixed(2)} x`, 'probe to native, least times'),
      );
    }
    return rows;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

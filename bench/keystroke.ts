/**
 * Prints what one keystroke costs from the unsaved text to the state that shows it, outside the editor:
 * `node bench/keystroke.ts`. A copy of the example, its production rendering engine, HEAD and buffers.
 */
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { openRepository } from '../src/adapters/git/gitBundle.ts';
import { EnginePool } from '../src/adapters/engine/enginePool.ts';
import { createSecretHasher } from '../src/adapters/cluster/secretHasher.ts';
import { systemClock } from '../src/adapters/cluster/systemClock.ts';
import { Overview } from '../src/core/overview/overview.ts';
import { projectRoot } from '../scripts/lab/projectPaths.ts';
import { storefrontRepository } from '../scripts/testing/scratchRepository.ts';

const file = 'apps/web/overlays/prod/web-size.yaml';
const rounds = 15;

/** Median and minimum of some numbers. */
function summary(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  return `median ${(sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(0)} ms, least ${(sorted[0] ?? 0).toFixed(0)} ms`;
}

const scratch = await storefrontRepository();
const pool = new EnginePool({
  worker: new URL('../src/adapters/engine/engineWorker.ts', import.meta.url),
  modules: path.join(projectRoot, 'dist/engine'),
});
try {
  const { reader } = await openRepository(scratch.folder, AbortSignal.timeout(60_000));
  const log = { info: () => undefined, warn: console.error, error: console.error };
  const overview = new Overview({
    repo: reader,
    engine: pool,
    health: pool,
    hasher: createSecretHasher(),
    clock: systemClock,
    log,
  });
  await overview.refresh();
  const text = await readFile(path.join(scratch.folder, file), 'utf8');
  const walls: number[] = [];
  const costs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Never the same number twice: renderings of texts that were seen before are kept.
    const wanted = 10 + round;
    const shown = new Promise<void>((resolve) => {
      const listening = overview.onDidChange(() => {
        const isShown = overview.state.apps.some(({ differences }) =>
          differences.some(({ field }) => field?.desired === wanted),
        );
        if (!isShown) return;
        listening.dispose();
        resolve();
      });
    });
    const start = performance.now();
    const cpu = process.cpuUsage();
    overview.setBuffers(new Map([[file, text.replace(/replicas: \d+/, `replicas: ${wanted}`)]]));
    await shown;
    walls.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpu);
    costs.push((user + system) / 1000);
  }
  console.log(`apps: ${overview.state.apps.map(({ app, resources }) => `${app.id} (${resources.length})`).join(', ')}`);
  console.log(`processor time: ${summary(costs)}`);
  console.log(`keystroke to state: ${summary(walls)}`);
  overview.dispose();
} finally {
  pool.dispose();
  await scratch.remove();
}

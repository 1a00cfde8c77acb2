/**
 * Renders every app of a folder three times in one process of its own and prints three numbers, in milliseconds, as JSON:
 * `node bench/renderAll.ts FOLDER`. From the start of the process; after a file of each app changed; with nothing changed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EnginePool } from '../src/adapters/engine/enginePool.ts';
import { DiskTree } from '../src/adapters/git/diskTree.ts';
import { AppCatalog } from '../src/core/apps/appCatalog.ts';
import type { App } from '../src/core/model/app.ts';
import { CachedRenderer } from '../src/core/render/cachedRenderer.ts';
import { projectRoot } from '../scripts/lab/projectPaths.ts';

/** What the process measured of itself. */
export interface RenderTimes {
  readonly cold: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly objects: number;
}

const signal = AbortSignal.timeout(600_000);

/** Every app's own values or settings with another text. */
async function changeAll(folder: string, apps: readonly App[]): Promise<void> {
  for (const { source } of apps) {
    if (source.kind !== 'here') continue;
    const own = source.render === 'helm' ? `${source.path}/values.yaml` : `${source.path}/../../base/config.yaml`;
    const file = path.join(folder, own);
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('info', 'debug'));
  }
}

async function measure(folder: string): Promise<RenderTimes> {
  const pool = new EnginePool({
    worker: new URL('../src/adapters/engine/engineWorker.ts', import.meta.url),
    modules: path.join(projectRoot, 'dist/engine'),
  });
  try {
    const renderer = new CachedRenderer(pool);
    const catalog = new AppCatalog(pool);
    const renderAll = async (): Promise<{ readonly apps: readonly App[]; readonly objects: number }> => {
      const tree = new DiskTree(folder);
      const { apps } = await catalog.discover(tree, [], signal);
      const renderings = await Promise.all(apps.map((app) => renderer.render(app, tree, signal)));
      const trouble = renderings.flatMap(({ problems }) => problems)[0];
      if (trouble !== undefined) throw new Error(trouble.message);
      return { apps, objects: renderings.reduce((sum, { objects }) => sum + objects.length, 0) };
    };
    const { apps, objects } = await renderAll();
    // Counted from the start of the process.
    const cold = performance.now();
    await changeAll(folder, apps);
    const second = performance.now();
    await renderAll();
    const third = performance.now();
    await renderAll();
    return { cold, changed: third - second, unchanged: performance.now() - third, objects };
  } finally {
    pool.dispose();
  }
}

const [folder] = process.argv.slice(2);
if (import.meta.main && folder !== undefined) console.log(JSON.stringify(await measure(folder)));

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { createVSIX } from '@vscode/vsce';
import { moduleNames } from '../../src/adapters/engine/loadModule.ts';
import { cacheDir } from '../lab/cacheDir.ts';
import { bounds, formatSize, overBudget } from './budget.ts';
import { buildAll } from './main.ts';
import { projectRoot } from './targets.ts';

/** Where the package goes. */
const vsixFile = path.join(projectRoot, 'plumbline.vsix');

/**
 * Packs the engine's modules by Brotli, which leaves a quarter less than the package's own compression: they are most of
 * what everybody downloads. Minutes the first time; kept in the cache by content.
 */
async function packEngine(): Promise<void> {
  await Promise.all(moduleNames.map(async (name) => packFile(path.join(projectRoot, 'dist/engine', `${name}.wasm`))));
}

async function packFile(file: string): Promise<void> {
  const content = await readFile(file);
  const kept = path.join(cacheDir(), 'packed', `${createHash('sha256').update(content).digest('hex')}.br`);
  if (!existsSync(kept)) {
    await mkdir(path.dirname(kept), { recursive: true });
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    };
    const unfinished = `${kept}.${process.pid}`;
    await writeFile(unfinished, await promisify(brotliCompress)(content, { params }));
    await rename(unfinished, kept);
  }
  await copyFile(kept, `${file}.br`);
}

/** Packages what `dist` holds now and returns the file's size in bytes; nothing is published. */
export async function packageVsix(): Promise<number> {
  await packEngine();
  await createVSIX({
    cwd: projectRoot,
    packagePath: vsixFile,
    // The bundles hold all dependencies, so none is packed beside them.
    dependencies: false,
    // package.json names no public address yet that links of the README could be made absolute with.
    rewriteRelativeLinks: false,
  });
  return (await stat(vsixFile)).size;
}

if (import.meta.main) {
  const wrong = [...(await buildAll(console.log))];
  const size = await packageVsix();
  console.log(`${path.basename(vsixFile)}: ${formatSize(size)} of ${formatSize(bounds.vsix)}`);
  wrong.push(...overBudget([{ what: 'VSIX', size, bound: bounds.vsix }]));
  for (const line of wrong) console.error(`package: ${line}`);
  if (wrong.length > 0) process.exitCode = 1;
}

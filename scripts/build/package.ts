import { stat } from 'node:fs/promises';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { bounds, formatSize, overBudget } from './budget.ts';
import { buildAll } from './main.ts';
import { projectRoot } from './targets.ts';

/** Where the package goes. */
export const vsixFile = path.join(projectRoot, 'plumbline.vsix');

/** Packages what `dist` holds now and returns the file's size in bytes; nothing is published. */
export async function packageVsix(): Promise<number> {
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

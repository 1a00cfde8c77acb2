import { measure, formatSize, overBudget, summarize } from './budget.ts';
import { bundleAll } from './bundle.ts';
import { checkContributions } from './contributions.ts';
import { ensureEngine } from './engine.ts';

/** Builds everything the extension consists of into `dist` and checks it; the lines are what is wrong. */
export async function buildAll(progress: (line: string) => void): Promise<readonly string[]> {
  progress('build: bundling …');
  const bundles = await bundleAll({ production: true });
  for (const line of summarize(bundles)) progress(line);
  const measures = await measure(bundles);
  for (const { what, size, bound } of measures) {
    progress(`${what}: ${formatSize(size)} of ${formatSize(bound)}`);
  }
  await ensureEngine(progress);
  return [...overBudget(measures), ...(await checkContributions())];
}

if (import.meta.main) {
  const wrong = await buildAll((line) => {
    console.log(line);
  });
  for (const line of wrong) console.error(`build: ${line}`);
  if (wrong.length > 0) process.exitCode = 1;
}

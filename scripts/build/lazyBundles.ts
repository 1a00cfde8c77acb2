import path from 'node:path';
import type { Plugin } from 'esbuild';
import { projectRoot, targets } from './targets.ts';

/** Output file by absolute entry file, for the bundles that others load on first use. */
const lazyOutputs: ReadonlyMap<string, string> = new Map(
  targets
    .filter((target) => target.platform === 'node')
    .map((target) => [path.join(projectRoot, target.entry), path.basename(target.out)]),
);

/** Packages that several bundles use, and that are therefore a bundle of their own. */
const sharedOutputs: ReadonlyMap<string, string> = new Map([['undici', './undici.cjs']]);

/**
 * Makes `await import('…/clusterBundle.ts')` load the bundle beside the importing one instead of copying it in:
 * the same source line works unbuilt (tests, command line) and built, and heavy packages stay out until first use.
 * Packages that several bundles share are loaded from beside them too.
 */
export const lazyBundles: Plugin = {
  name: 'lazy-bundles',
  setup(build) {
    build.onResolve({ filter: /^[\w-]+$/ }, ({ kind, path: specifier }) => {
      const output = kind === 'entry-point' ? undefined : sharedOutputs.get(specifier);
      return output === undefined ? undefined : { path: output, external: true };
    });
    build.onResolve({ filter: /^\..*\.ts$/ }, ({ kind, path: specifier, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const output = lazyOutputs.get(path.resolve(resolveDir, specifier));
      return output === undefined ? undefined : { path: `./${output}`, external: true };
    });
  },
};

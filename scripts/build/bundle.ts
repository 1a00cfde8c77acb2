import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { lazyBundles } from './lazyBundles.ts';
import { plainVscode } from './plainVscode.ts';
import { trimmedClient } from './trimmedClient.ts';
import type { BundleTarget } from './targets.ts';
import { projectRoot, targets } from './targets.ts';

/** What one bundling made. */
export interface Bundle {
  readonly target: BundleTarget;
  readonly metafile: esbuild.Metafile;
}

/** How to bundle: `production` minifies and leaves source maps out. */
export interface BundleOptions {
  readonly production: boolean;
}

const nodeOptions: esbuild.BuildOptions = {
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // `bufferutil` and `utf-8-validate` are optional speed-ups of `ws` that are never installed.
  external: ['vscode', 'bufferutil', 'utf-8-validate'],
  // A lazily loaded bundle is a CommonJS file: `require` loads it in every extension host, `import()` not in old ones.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': 'bundleUrl', 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  plugins: [lazyBundles, plainVscode, trimmedClient],
  mainFields: ['module', 'main'],
  loader: { '.lua': 'text' },
};

/** Node bundles are CommonJS, which has no `import.meta.url`; sources have one when they run unbuilt. */
const bundleUrl = "const bundleUrl = require('node:url').pathToFileURL(__filename).href;";

const browserOptions: esbuild.BuildOptions = {
  platform: 'browser',
  format: 'iife',
  target: 'es2023',
  loader: { '.ttf': 'file', '.svg': 'dataurl' },
  assetNames: '[name]-[hash]',
};

function optionsOf(target: BundleTarget, { production }: BundleOptions): esbuild.BuildOptions & { metafile: true } {
  const isNode = target.platform === 'node';
  const banner = [target.banner, isNode ? bundleUrl : undefined].filter((line) => line !== undefined).join('\n');
  return {
    ...(isNode ? nodeOptions : browserOptions),
    absWorkingDir: projectRoot,
    entryPoints: [target.entry],
    outfile: target.out,
    bundle: true,
    minify: production,
    sourcemap: production ? false : 'linked',
    legalComments: 'none',
    banner: { js: banner },
    logLevel: 'warning',
    metafile: true,
  };
}

/** Writes every bundle into `dist`. Throws esbuild's `BuildFailure`, already printed, when a source does not build. */
export async function bundleAll(options: BundleOptions): Promise<readonly Bundle[]> {
  await mkdir(path.join(projectRoot, 'dist'), { recursive: true });
  const bundles = await Promise.all(
    targets.map(async (target) => ({ target, metafile: (await esbuild.build(optionsOf(target, options))).metafile })),
  );
  await Promise.all(
    targets
      .filter((target) => target.banner?.startsWith('#!'))
      .map((target) => chmod(path.join(projectRoot, target.out), 0o755)),
  );
  return bundles;
}

/** Bundles again whenever a source changes, until the process ends. */
async function watchAll(options: BundleOptions): Promise<void> {
  const contexts = await Promise.all(
    targets.map((target) => esbuild.context({ ...optionsOf(target, options), logLevel: 'info' })),
  );
  await Promise.all(contexts.map((context) => context.watch()));
}

if (import.meta.main) {
  const options = { production: process.argv.includes('--production') };
  await (process.argv.includes('--watch') ? watchAll(options) : bundleAll(options));
}

import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'mocha';
import * as esbuild from 'esbuild';
import { lazyBundles } from '../../scripts/build/lazyBundles.ts';
import { projectRoot } from '../../scripts/build/targets.ts';

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: path.join(projectRoot, 'src'), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    supported: { 'dynamic-import': false },
    plugins: [lazyBundles],
  });
  return outputFiles[0]?.text ?? '';
}

describe('bundles that load each other on first use', () => {
  it('keep what is imported dynamically out, as a file beside', async () => {
    const text = await bundle(`export const load = () => import('./adapters/git/gitBundle.ts');`);
    assert.match(text, /require\("\.\/git\.cjs"\)/);
    assert.ok(text.length < 3000, 'nothing of the other bundle is copied in');
  });

  it('copy everything else in', async () => {
    const text = await bundle(`export const load = () => import('./core/model/userError.ts');`);
    assert.match(text, /UserError = class/);
  });
});

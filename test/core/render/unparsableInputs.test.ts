import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RenderProblem } from '../../../src/core/model/rendering.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { placeUnparsable } from '../../../src/core/render/unparsableInputs.ts';

const files = {
  'app/kustomization.yaml': 'patches: [{path: patch.yaml}]\n',
  'app/patch.yaml': 'kind: Deployment\nspec:\n  a: 1\n   b: 2\n',
  'app/good.yaml': 'kind: ConfigMap\n',
  'app/notes.yaml': 'words: [\n',
};

async function placed(problem: Partial<RenderProblem>): Promise<string> {
  const reads = Object.keys(files).map((path) => ({ path, kind: 'file' as const, digest: 'x' }));
  const given: RenderProblem = { severity: 'error', message: '', file: 'app/kustomization.yaml', ...problem };
  const [found] = await placeUnparsable([given], reads, new MemoryTree(files), new AbortController().signal);
  return `${found?.file ?? ''}:${found?.line ?? ''}`;
}

describe('trouble of a build with a file that does not parse', () => {
  it('stands in the patch that the message names, where that breaks', async () => {
    assert.equal(
      await placed({ message: 'unable to parse SM or JSON patch from [path: "patch.yaml"]' }),
      'app/patch.yaml:3',
    );
  });

  it('stands where our reading of the file breaks, not where the engine counts', async () => {
    assert.equal(
      await placed({ message: 'did not find expected key', file: 'app/patch.yaml', line: 1 }),
      'app/patch.yaml:3',
    );
  });

  it('stays where it is when it names a file that parses, and is not blamed on one that nobody names', async () => {
    assert.equal(await placed({ message: 'no resource matches in good.yaml', line: 1 }), 'app/kustomization.yaml:1');
    assert.equal(await placed({ message: 'accumulation failed', line: 1 }), 'app/kustomization.yaml:1');
    assert.equal(await placed({ message: 'odd notes.yaml', severity: 'warning', line: 1 }), 'app/kustomization.yaml:1');
  });
});

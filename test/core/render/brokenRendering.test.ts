import assert from 'node:assert/strict';
import { bareApp } from '../../../src/core/apps/bareApp.ts';
import { UserError } from '../../../src/core/model/userError.ts';
import { CachedRenderer } from '../../../src/core/render/cachedRenderer.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { noEngine } from '../overview/unasked.ts';

const signal = new AbortController().signal;
const files = { 'a/kustomization.yaml': 'resources: [a.yaml]\n', 'a/a.yaml': 'kind: A\n' };

/** A renderer whose engine reads a file and then gives up, and how often it did. */
function givingUp(error: Error): { readonly renderer: CachedRenderer; readonly calls: () => number } {
  let calls = 0;
  const renderer = new CachedRenderer({
    ...noEngine,
    kustomize: async (_, tree) => {
      calls += 1;
      await tree.read('a/a.yaml', signal);
      throw error;
    },
  });
  return { renderer, calls: () => calls };
}

describe('an app that the engine gives up on', () => {
  const app = bareApp('kustomize', 'a');

  it('is tried once for all trees that hold the same, and told at its kustomization', async () => {
    const { renderer, calls } = givingUp(new UserError('engine-timeout', 'too slow'));
    const [first, second] = [await renderer.render(app, new MemoryTree(files), signal), await renderer.render(app, new MemoryTree(files, 'other'), signal)];
    assert.deepEqual([first, calls()], [second, 1]);
    assert.deepEqual(first.problems, [{ severity: 'error', message: 'too slow', file: 'a/kustomization.yaml', line: 1 }]);
  });

  it('is told at the largest file that it read, where that is larger than any object may be', async () => {
    const { renderer } = givingUp(new UserError('engine-timeout', 'too slow.'));
    const keys = Array.from({ length: 100_000 }, (_, i) => `  key-${String(i)}: value-${String(i)}\n`).join('');
    const tree = new MemoryTree({ ...files, 'a/a.yaml': `kind: A\ndata:\n${keys}` });
    const { problems } = await renderer.render(app, tree, signal);
    const message = 'too slow. The largest file that it reads is a/a.yaml with 2.4 MB: divide it, or leave it out.';
    assert.deepEqual(problems, [{ severity: 'error', message, file: 'a/a.yaml', line: 1 }]);
  });

  it('is tried again when a file it read changes, and when the person asks for it', async () => {
    const { renderer, calls } = givingUp(new UserError('engine-failed', 'broke off'));
    await renderer.render(app, new MemoryTree(files), signal);
    await renderer.render(app, new MemoryTree({ ...files, 'a/a.yaml': 'kind: B\n' }), signal);
    assert.equal(calls(), 2);
    renderer.forgetBroken();
    await renderer.render(app, new MemoryTree(files), signal);
    assert.equal(calls(), 3);
  });

  it('does not hide a bug or a missing engine', async () => {
    for (const error of [new TypeError('bug'), new UserError('engine-missing', 'not built')])
      await assert.rejects(givingUp(error).renderer.render(app, new MemoryTree(files), signal), error);
  });
});

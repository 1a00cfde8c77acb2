import assert from 'node:assert/strict';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { OverlayTree } from '../../../src/core/render/overlayTree.ts';

const signal = new AbortController().signal;
const decode = (content: Uint8Array | undefined): string | undefined => content && new TextDecoder().decode(content);

describe('a tree in memory', () => {
  const tree = new MemoryTree({ 'b/two.yaml': '2', 'b/c/deep.yaml': '3', 'a.yaml': '1' });

  it('has the folders that its files are in, and the root', async () => {
    assert.deepEqual(await Promise.all(['', 'b', 'b/c', 'a.yaml', 'z'].map((path) => tree.stat(path, signal))), [
      'folder',
      'folder',
      'folder',
      'file',
      undefined,
    ]);
  });

  it('lists entries by name and nothing for a file or an absent folder', async () => {
    assert.deepEqual(await tree.list('', signal), [
      { name: 'a.yaml', kind: 'file' },
      { name: 'b', kind: 'folder' },
    ]);
    assert.deepEqual(await tree.list('b', signal), [
      { name: 'c', kind: 'folder' },
      { name: 'two.yaml', kind: 'file' },
    ]);
    assert.equal(await tree.list('a.yaml', signal), undefined);
    assert.equal(await tree.list('z', signal), undefined);
  });

  it('is an empty folder without files', async () => {
    assert.deepEqual(await new MemoryTree({}).list('', signal), []);
  });

  it('rejects once aborted', async () => {
    await assert.rejects(tree.read('a.yaml', AbortSignal.abort()), { name: 'AbortError' });
  });
});

describe('a tree with edits over another', () => {
  const base = new MemoryTree({ 'a.yaml': 'old', 'b/two.yaml': '2' });
  const tree = new OverlayTree(
    base,
    new Map([
      ['a.yaml', 'edited'],
      ['b/new/x.yaml', 'x'],
    ]),
    'buffers',
  );

  it('reads edits as they are and all else from below', async () => {
    assert.equal(decode(await tree.read('a.yaml', signal)), 'edited');
    assert.equal(decode(await tree.read('b/two.yaml', signal)), '2');
    assert.equal(await tree.read('b/none.yaml', signal), undefined);
  });

  it('shows new files with the folders they need', async () => {
    assert.equal(await tree.stat('b/new', signal), 'folder');
    assert.deepEqual(await tree.list('b', signal), [
      { name: 'new', kind: 'folder' },
      { name: 'two.yaml', kind: 'file' },
    ]);
    assert.deepEqual(await tree.list('b/new', signal), [{ name: 'x.yaml', kind: 'file' }]);
  });
});

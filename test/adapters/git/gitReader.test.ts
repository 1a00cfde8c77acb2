import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { openRepository } from '../../../src/adapters/git/gitBundle.ts';
import { walkTree } from '../../../src/core/apps/walkTree.ts';
import type { FileTree } from '../../../src/core/ports.ts';
import { ScratchRepository, signal } from './scratchRepository.ts';

describe('reading a repository', () => {
  let repo: ScratchRepository;
  beforeEach(() => {
    repo = new ScratchRepository();
  });
  afterEach(() => {
    repo.remove();
  });

  const text = async (tree: FileTree | undefined, path: string): Promise<string | undefined> => {
    const content = await tree?.read(path, signal);
    return content && new TextDecoder().decode(content);
  };

  it('finds the root from a folder within', async () => {
    repo.write('apps/web/a.yaml', 'a: 1\n');
    const { reader, gitFolders } = await openRepository(join(repo.folder, 'apps/web'), signal, repo);
    assert.equal(reader.root, realpathSync(repo.folder));
    assert.deepEqual(gitFolders, [join(realpathSync(repo.folder), '.git')]);
  });

  it('says where there is no repository', async () => {
    await assert.rejects(openRepository(repo.home, signal, repo), { code: 'no-repository', message: /git init/ });
    const absent = join(repo.home, 'absent');
    await assert.rejects(openRepository(absent, signal, repo), { code: 'no-repository' });
  });

  it('says that git is missing', async () => {
    const opening = openRepository(repo.folder, signal, { environment: { PATH: join(repo.home, 'nothing') } });
    await assert.rejects(opening, { code: 'git-missing', message: /PATH/ });
  });

  it('says how to trust a repository of another owner', async function () {
    // Only root can give files away.
    if (process.getuid?.() !== 0) this.skip();
    chownSync(repo.folder, 12345, 12345);
    chownSync(join(repo.folder, '.git'), 12345, 12345);
    const message = /belongs to another user.*git config --global --add safe\.directory/;
    await assert.rejects(openRepository(repo.folder, signal, repo), { code: 'git-failed', message });
  });

  it('says that a bare repository has no files', async () => {
    const bare = join(repo.home, 'bare.git');
    repo.git('init', '--quiet', '--bare', bare);
    await assert.rejects(openRepository(bare, signal, repo), { code: 'no-repository', message: /Open a clone/ });
  });

  it('starts no program that the repository names', async () => {
    const mark = join(repo.home, 'started');
    repo.save({ 'a.yaml': 'a: 1\n' });
    repo.write('../monitor', `#!/bin/sh\ntouch ${mark}\n`);
    chmodSync(join(repo.home, 'monitor'), 0o755);
    repo.git('config', 'core.fsmonitor', join(repo.home, 'monitor'));
    repo.git('status');
    assert.ok(existsSync(mark), 'git itself starts it');
    rmSync(mark);
    await (await repo.open()).reader.readState(signal);
    assert.ok(!existsSync(mark));
  });

  it('says that a repository is damaged', async () => {
    repo.save({ 'a.yaml': 'a: 1\n' });
    const { reader } = await repo.open();
    rmSync(join(repo.folder, '.git/objects'), { recursive: true });
    mkdirSync(join(repo.folder, '.git/objects'));
    await assert.rejects(reader.readState(signal), { code: 'git-failed', message: /damaged; git fsck/ });
  });

  it('reads a repository without commits', async () => {
    repo.write('a.yaml', 'a: 1\n');
    const { reader } = await repo.open();
    const state = await reader.readState(signal);
    assert.equal(state.head, undefined);
    assert.equal(state.branch, 'main');
    assert.deepEqual(state.changes, [{ path: 'a.yaml', kind: 'untracked', isStaged: false }]);
    assert.equal(await reader.openRevision('HEAD', signal), undefined);
    assert.deepEqual(await reader.readLog('HEAD', 10, signal), []);
  });

  it('reads branch, upstream with counts, and remotes as configured and as rewritten', async () => {
    const first = repo.save({ 'a.yaml': 'a: 1\n' });
    repo.addRemote();
    repo.git('remote', 'add', 'forge', 'forge:shop/storefront.git');
    repo.git('config', 'url.https://forge.example/.insteadOf', 'forge:');
    const second = repo.save({ 'a.yaml': 'a: 2\n' });
    const state = await (await repo.open()).reader.readState(signal);
    assert.equal(state.head, second);
    assert.deepEqual(state.upstream, { name: 'origin/main', commit: first, ahead: 1, behind: 0 });
    assert.deepEqual(
      state.remotes.find(({ name }) => name === 'forge'),
      { name: 'forge', urls: ['forge:shop/storefront.git', 'https://forge.example/shop/storefront.git'] },
    );
  });

  it('tells every kind of change, with odd file names, and what is staged', async () => {
    repo.save({
      'mod.yaml': '1\n',
      'staged.yaml': '1\n',
      'gone.yaml': '1\n',
      'moved from.yaml': 'long enough to follow\n',
    });
    repo.write('mod.yaml', '2\n');
    repo.write('staged.yaml', '2\n');
    repo.git('add', 'staged.yaml');
    repo.git('rm', '--quiet', 'gone.yaml');
    repo.git('mv', 'moved from.yaml', 'grüße\t"x".yaml');
    repo.write('sub/new file.yaml', '1\n');
    const { changes } = await (await repo.open()).reader.readState(signal);
    const sorted = [...changes].sort((one, other) => (one.path < other.path ? -1 : 1));
    assert.deepEqual(sorted, [
      { path: 'gone.yaml', kind: 'deleted', isStaged: true },
      { path: 'grüße\t"x".yaml', kind: 'added', isStaged: true },
      { path: 'mod.yaml', kind: 'modified', isStaged: false },
      { path: 'moved from.yaml', kind: 'deleted', isStaged: true },
      { path: 'staged.yaml', kind: 'modified', isStaged: true },
      { path: 'sub/new file.yaml', kind: 'untracked', isStaged: false },
    ]);
  });

  it('says that HEAD is detached', async () => {
    const commit = repo.save({ 'a.yaml': 'a: 1\n' });
    repo.git('checkout', '--quiet', '--detach');
    const state = await (await repo.open()).reader.readState(signal);
    assert.equal(state.branch, undefined);
    assert.equal(state.head, commit);
  });

  for (const act of ['merge', 'rebase', 'cherry-pick'] as const) {
    it(`says that a ${act} is under way and which files are in conflict`, async () => {
      repo.save({ 'a.yaml': 'a: 1\n' });
      repo.git('checkout', '--quiet', '-b', 'other');
      repo.save({ 'a.yaml': 'a: 2\n' });
      repo.git('checkout', '--quiet', 'main');
      repo.save({ 'a.yaml': 'a: 3\n' });
      assert.throws(() => repo.git(act, 'other'));
      const state = await (await repo.open()).reader.readState(signal);
      assert.equal(state.busy, act);
      assert.deepEqual(state.changes, [{ path: 'a.yaml', kind: 'conflicted', isStaged: false }]);
    });
  }

  it('takes no lock and leaves the index as it is', async () => {
    repo.save({ 'a.yaml': 'a: 1\n' });
    repo.write('.git/index.lock', '');
    const state = await (await repo.open()).reader.readState(signal);
    assert.deepEqual(state.changes, []);
  });

  it('reads a revision while the disk has moved on', async () => {
    const first = repo.save({ 'apps/web/a.yaml': 'a: 1\n', 'apps/b.yaml': 'b: grün\n', 'empty.yaml': '' });
    repo.save({ 'apps/web/a.yaml': 'a: 2\n' });
    const { reader } = await repo.open();
    const tree = await reader.openRevision(first, signal);
    assert.ok(tree);
    assert.equal(tree.label, first);
    assert.equal(await text(tree, 'apps/web/a.yaml'), 'a: 1\n');
    assert.equal(await text(tree, 'apps/b.yaml'), 'b: grün\n');
    assert.equal(await text(tree, 'empty.yaml'), '');
    assert.equal(await text(tree, 'apps/none.yaml'), undefined);
    assert.equal(await tree.stat('apps', signal), 'folder');
    assert.equal(await tree.stat('apps/none', signal), undefined);
    assert.deepEqual(await tree.list('apps', signal), [
      { name: 'b.yaml', kind: 'file' },
      { name: 'web', kind: 'folder' },
    ]);
    assert.equal(await tree.list('apps/b.yaml', signal), undefined);
    assert.equal(await text(await reader.openRevision('main', signal), 'apps/web/a.yaml'), 'a: 2\n');
  });

  it('reads many files of a revision at once', async () => {
    const files = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`d${n % 30}/f${n}.yaml`, `n: ${n}\n`]));
    repo.save(files);
    const tree = await (await repo.open()).reader.openRevision('HEAD', signal);
    const read = await Promise.all(Object.keys(files).map(async (path) => [path, await text(tree, path)] as const));
    assert.deepEqual(Object.fromEntries(read), files);
  });

  it('reads binary content unchanged', async () => {
    const bytes = Uint8Array.from({ length: 512 }, (_, n) => n % 256);
    writeFileSync(join(repo.folder, 'blob.bin'), bytes);
    repo.save({});
    const tree = await (await repo.open()).reader.openRevision('HEAD', signal);
    assert.deepEqual(await tree?.read('blob.bin', signal), bytes);
  });

  it('knows no revision that was not fetched, and takes none for an option', async () => {
    repo.save({ 'a.yaml': 'a: 1\n' });
    const { reader } = await repo.open();
    for (const revision of ['0123456789012345678901234567890123456789', 'nope', '', '--all', 'HEAD:a.yaml']) {
      assert.equal(await reader.openRevision(revision, signal), undefined, revision);
    }
  });

  for (const [name, open] of [
    ['disk', async (): Promise<FileTree | undefined> => (await repo.open()).reader.openWorkingTree()],
    ['revision', async (): Promise<FileTree | undefined> => (await repo.open()).reader.openRevision('HEAD', signal)],
  ] as const) {
    it(`follows links inside the ${name} tree and none out of it`, async () => {
      writeFileSync(join(repo.home, 'outside.yaml'), 'secret: 1\n');
      repo.write('base/a.yaml', 'a: 1\n');
      mkdirSync(join(repo.folder, 'links'));
      const link = (target: string, at: string): void => {
        symlinkSync(target, join(repo.folder, at));
      };
      link('../base', 'links/inside');
      link('../base/a.yaml', 'links/file.yaml');
      link('../../outside.yaml', 'links/outside.yaml');
      link('/etc/hostname', 'links/absolute.yaml');
      link('circle', 'links/circle');
      link('nowhere', 'links/broken');
      link('../.git', 'links/git');
      repo.save({});
      const tree = await open();
      assert.equal(await text(tree, 'links/inside/a.yaml'), 'a: 1\n');
      assert.equal(await text(tree, 'links/file.yaml'), 'a: 1\n');
      for (const path of ['outside.yaml', 'absolute.yaml', 'circle', 'broken', 'git', 'git/config']) {
        assert.equal(await tree?.stat(`links/${path}`, signal), undefined, path);
        assert.equal(await text(tree, `links/${path}`), undefined, path);
      }
      assert.deepEqual(await tree?.list('links', signal), [
        { name: 'file.yaml', kind: 'file' },
        { name: 'inside', kind: 'folder' },
      ]);
      assert.deepEqual(await tree?.list('links/inside', signal), [{ name: 'a.yaml', kind: 'file' }]);
      assert.equal(await tree?.stat('../outside.yaml', signal), undefined);
      assert.equal(await tree?.stat('.git/config', signal), undefined);
      assert.deepEqual(
        (await tree?.list('', signal))?.map((entry) => entry.name),
        ['base', 'links'],
      );
    });

    it(`lists in the ${name} tree no link that leads back into a folder on the way, and walks every other one`, async () => {
      repo.write('a/a.yaml', 'a: 1\n');
      repo.write('b/b.yaml', 'b: 1\n');
      for (const [target, at] of [
        ['..', 'a/top'],
        ['.', 'a/self'],
        ['../b', 'a/b'],
        ['../a', 'b/a'],
      ] as const)
        symlinkSync(target, join(repo.folder, at));
      repo.save({});
      const tree = (await open()) ?? assert.fail();
      const { files } = await walkTree(tree, signal);
      assert.deepEqual(files, ['a/a.yaml', 'a/b/b.yaml', 'b/a/a.yaml', 'b/b.yaml']);
      // Who names such a path all the same gets the file.
      assert.equal(await text(tree, 'a/top/b/b.yaml'), 'b: 1\n');
    });
  }

  it('reads the log, newest first and bounded', async () => {
    repo.save({ 'a.yaml': '1' }, 'First');
    repo.save({ 'a.yaml': '2' }, 'Second: with | signs');
    const newest = repo.save({ 'a.yaml': '3' }, 'Third');
    const log = await (await repo.open()).reader.readLog('main', 2, signal);
    assert.deepEqual(
      log.map(({ subject, author }) => [subject, author]),
      [
        ['Third', 'Ada Example'],
        ['Second: with | signs', 'Ada Example'],
      ],
    );
    assert.equal(log[0]?.commit, newest);
    assert.ok(!Number.isNaN(Date.parse(log[0].time)));
  });

  it('gives up when asked to', async () => {
    repo.save({ 'a.yaml': '1' });
    const { reader } = await repo.open();
    await assert.rejects(reader.readState(AbortSignal.abort()), { name: 'AbortError' });
  });
});

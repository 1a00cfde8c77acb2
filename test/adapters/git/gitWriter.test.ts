import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ScratchRepository, signal } from './scratchRepository.ts';

const plain = { signOff: false };

describe('writing to a repository', () => {
  let repo: ScratchRepository;
  beforeEach(() => {
    repo = new ScratchRepository();
    repo.save({ 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n', 'c.yaml': 'c: 1\n' }, 'Start');
  });
  afterEach(() => {
    repo.remove();
  });

  const commit = async (paths: readonly string[], message = 'web: a 1 → 2', options = plain): Promise<string> =>
    (await repo.open()).writer.commit(paths, message, options, signal);
  const push = async (): Promise<void> => (await repo.open()).writer.push(signal);
  const changed = (revision: string): string =>
    repo.git('show', '--no-renames', '--name-status', '--format=', revision);

  it('commits exactly the chosen files as they are on disk and leaves the rest of the index alone', async () => {
    repo.write('a.yaml', 'a: staged\n');
    repo.write('b.yaml', 'b: 2\n');
    repo.git('add', 'a.yaml', 'b.yaml');
    repo.write('a.yaml', 'a: 2\n');
    repo.write('c.yaml', 'c: 2\n');
    const hash = await commit(['a.yaml']);
    assert.equal(hash, repo.git('rev-parse', 'HEAD'));
    assert.equal(changed(hash), 'M\ta.yaml');
    assert.equal(repo.git('show', 'HEAD:a.yaml'), 'a: 2');
    assert.equal(repo.git('log', '-1', '--format=%B'), 'web: a 1 → 2');
    assert.equal(repo.git('diff', '--cached', '--name-only'), 'b.yaml');
    assert.equal(repo.git('diff', '--name-only'), 'c.yaml');
  });

  it('commits new, deleted and oddly named files, and no file that was not chosen', async () => {
    repo.write('new [1]*.yaml', 'n: 1\n');
    repo.write('other.yaml', 'o: 1\n');
    rmSync(join(repo.folder, 'b.yaml'));
    repo.git('rm', '--quiet', 'c.yaml');
    const hash = await commit(['new [1]*.yaml', 'b.yaml', 'c.yaml']);
    assert.deepEqual(changed(hash).split('\n').sort(), ['A\tnew [1]*.yaml', 'D\tb.yaml', 'D\tc.yaml']);
    assert.equal(repo.git('status', '--porcelain'), '?? other.yaml');
  });

  it('makes the first commit of a repository', async () => {
    const fresh = new ScratchRepository();
    try {
      fresh.write('a.yaml', 'a: 1\n');
      const hash = await (await fresh.open()).writer.commit(['a.yaml'], 'First', plain, signal);
      assert.equal(hash, fresh.git('rev-parse', 'HEAD'));
    } finally {
      fresh.remove();
    }
  });

  it('signs off when asked to', async () => {
    repo.write('a.yaml', 'a: 2\n');
    await commit(['a.yaml'], 'Change', { signOff: true });
    assert.match(repo.git('log', '-1', '--format=%B'), /Signed-off-by: Ada Example <ada@example.com>/);
  });

  it('keeps a message that looks like options or comments', async () => {
    repo.write('a.yaml', 'a: 2\n');
    await commit(['a.yaml'], '--amend\n\n# 5 is the number');
    assert.equal(repo.git('log', '-1', '--format=%B'), '--amend\n\n# 5 is the number');
    assert.equal(repo.git('rev-list', '--count', 'HEAD'), '2');
  });

  it('refuses when nothing of the chosen files changed', async () => {
    repo.write('b.yaml', 'b: 2\n');
    await assert.rejects(commit(['a.yaml']), { code: 'git-nothing-to-commit' });
  });

  it('refuses on a detached HEAD', async () => {
    repo.git('checkout', '--quiet', '--detach');
    repo.write('a.yaml', 'a: 2\n');
    await assert.rejects(commit(['a.yaml']), { code: 'git-detached', message: /check one out/ });
  });

  it('refuses while a merge is under way', async () => {
    repo.git('checkout', '--quiet', '-b', 'other');
    repo.save({ 'a.yaml': 'a: 2\n' });
    repo.git('checkout', '--quiet', 'main');
    repo.save({ 'a.yaml': 'a: 3\n' });
    assert.throws(() => repo.git('merge', 'other'));
    await assert.rejects(commit(['a.yaml']), { code: 'git-busy', message: /git merge --continue or --abort/ });
  });

  it('says what a hook said, and leaves new files as new as they were', async () => {
    repo.hook(join(repo.folder, '.git/hooks'), 'pre-commit', 'echo "a.yaml: replicas must be odd" >&2; exit 1');
    repo.write('a.yaml', 'a: 2\n');
    repo.write('new.yaml', 'n: 1\n');
    await assert.rejects(commit(['a.yaml', 'new.yaml']), {
      code: 'git-hook-failed',
      message: /pre-commit.*replicas must be odd/s,
    });
    assert.equal(repo.git('status', '--porcelain'), 'M a.yaml\n?? new.yaml');
    assert.equal(repo.git('diff', '--cached', '--name-only'), '');
  });

  it('respects core.hooksPath', async () => {
    repo.hook(join(repo.folder, '.hooks'), 'commit-msg', 'echo "no ticket" >&2; exit 1');
    repo.git('config', 'core.hooksPath', '.hooks');
    repo.write('a.yaml', 'a: 2\n');
    await assert.rejects(commit(['a.yaml']), { code: 'git-hook-failed', message: /commit-msg hook.*no ticket/s });
  });

  it('says how to set a missing identity', async () => {
    repo.git('config', '--unset', 'user.name');
    repo.git('config', '--unset', 'user.email');
    repo.git('config', 'user.useConfigOnly', 'true');
    repo.write('a.yaml', 'a: 2\n');
    await assert.rejects(commit(['a.yaml']), {
      code: 'git-identity-missing',
      message: /git config --global user.name/,
    });
  });

  it('says that signing failed', async () => {
    repo.git('config', 'commit.gpgSign', 'true');
    repo.git('config', 'gpg.program', 'false');
    repo.write('a.yaml', 'a: 2\n');
    await assert.rejects(commit(['a.yaml']), { code: 'git-signing-failed', message: /signing key/ });
  });

  it('says that another git process is at work', async () => {
    repo.write('a.yaml', 'a: 2\n');
    writeFileSync(join(repo.folder, '.git/index.lock'), '');
    await assert.rejects(commit(['a.yaml']), { code: 'git-busy', message: /index\.lock/ });
  });

  it('pushes the branch to its upstream, whatever that is called', async () => {
    const bare = repo.addRemote();
    repo.git('push', '--quiet', 'origin', 'main:refs/heads/release');
    repo.git('fetch', '--quiet');
    repo.git('branch', '--quiet', '--set-upstream-to', 'origin/release');
    const hash = repo.save({ 'a.yaml': 'a: 2\n' });
    await push();
    assert.equal(repo.gitIn(bare, 'rev-parse', 'release'), hash);
    assert.notEqual(repo.gitIn(bare, 'rev-parse', 'main'), hash);
  });

  it('is told to pull when the remote has moved on, and never overwrites it', async () => {
    const bare = repo.addRemote();
    const other = join(repo.home, 'other');
    repo.gitIn(repo.home, 'clone', '--quiet', bare, other);
    repo.gitIn(
      other,
      '-c',
      'user.name=B',
      '-c',
      'user.email=b@example.com',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      'Theirs',
    );
    repo.gitIn(other, 'push', '--quiet');
    const theirs = repo.gitIn(bare, 'rev-parse', 'main');
    const mine = repo.save({ 'a.yaml': 'a: 2\n' });
    await assert.rejects(push(), {
      code: 'git-push-rejected',
      message: /origin\/main has commits that are not here.*pull/s,
    });
    assert.equal(repo.gitIn(bare, 'rev-parse', 'main'), theirs);
    assert.equal(repo.git('rev-parse', 'HEAD'), mine);
    repo.git('fetch', '--quiet');
    await assert.rejects(push(), {
      code: 'git-push-rejected',
      message: /origin\/main is 1 commit ahead of main; pull/,
    });
  });

  it('says why the remote refused', async () => {
    const bare = repo.addRemote();
    repo.hook(join(bare, 'hooks'), 'pre-receive', 'echo "main is protected, open a pull request" >&2; exit 1');
    repo.save({ 'a.yaml': 'a: 2\n' });
    await assert.rejects(push(), {
      code: 'git-push-rejected',
      message: /origin refused main: main is protected, open a pull request/,
    });
  });

  it('says what the pre-push hook said', async () => {
    repo.addRemote();
    repo.hook(join(repo.folder, '.git/hooks'), 'pre-push', 'echo "tests first" >&2; exit 1');
    repo.save({ 'a.yaml': 'a: 2\n' });
    await assert.rejects(push(), { code: 'git-hook-failed', message: /pre-push.*tests first/s });
  });

  it('says that there is no upstream and how to make one', async () => {
    await assert.rejects(push(), { code: 'git-no-upstream', message: /git remote add/ });
    repo.addRemote();
    repo.git('checkout', '--quiet', '-b', 'topic');
    await assert.rejects(push(), { code: 'git-no-upstream', message: /git push --set-upstream origin topic/ });
  });

  it('does not push without commits or from a detached HEAD', async () => {
    const fresh = new ScratchRepository();
    try {
      const { writer } = await fresh.open();
      await assert.rejects(writer.push(signal), { code: 'no-commits' });
    } finally {
      fresh.remove();
    }
    repo.git('checkout', '--quiet', '--detach');
    await assert.rejects(push(), { code: 'git-detached' });
  });

  it('says that a remote cannot be reached, and keeps the commit', async () => {
    const bare = repo.addRemote();
    const hash = repo.save({ 'a.yaml': 'a: 2\n' });
    rmSync(bare, { recursive: true });
    assert.ok(!existsSync(bare));
    await assert.rejects(push(), { code: 'git-failed', message: /push to origin failed.*commit is kept/s });
    assert.equal(repo.git('rev-parse', 'HEAD'), hash);
  });
});

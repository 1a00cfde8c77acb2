import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { type GitServer, startGitServer } from '../../scripts/lab/gitServer.ts';
import { run, runOrThrow } from '../../scripts/lab/run.ts';

const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@storefront.example', '-c', 'commit.gpgsign=false'];

describe('the git server', () => {
  let dir: string;
  let server: GitServer;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'plumbline-git-'));
    await runOrThrow('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(dir, 'bare', 'shop.git')]);
    server = await startGitServer(join(dir, 'bare'));
  });

  after(async () => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const git = (folder: string, ...args: readonly string[]): Promise<string> =>
    runOrThrow('git', ['-C', join(dir, folder), ...identity, ...args]);

  it('takes a push larger than one request buffer and gives it back to another clone', async () => {
    await runOrThrow('git', ['clone', '--quiet', server.urlOf('shop'), join(dir, 'first')]);
    const content = Array.from({ length: 200_000 }, (_, i) => Math.imul(i + 1, 2_654_435_761).toString(36)).join('\n');
    await writeFile(join(dir, 'first', 'big.txt'), content);
    await git('first', 'add', '.');
    await git('first', 'commit', '--quiet', '-m', 'Add');
    await git('first', 'push', '--quiet', 'origin', 'HEAD:main');
    await runOrThrow('git', ['clone', '--quiet', server.urlOf('shop'), join(dir, 'second')]);
    assert.equal(await git('second', 'rev-parse', 'HEAD'), await git('first', 'rev-parse', 'HEAD'));
    assert.equal(await git('second', 'show', 'HEAD:big.txt'), content);
  });

  it('rejects a push that is not a fast-forward', async () => {
    await git('second', 'commit', '--quiet', '--allow-empty', '-m', 'Theirs');
    await git('second', 'push', '--quiet', 'origin', 'HEAD:main');
    await git('first', 'commit', '--quiet', '--allow-empty', '-m', 'Mine');
    const rejected = await run('git', ['-C', join(dir, 'first'), 'push', 'origin', 'HEAD:main']);
    assert.notEqual(rejected.code, 0);
    assert.match(rejected.stderr, /\[rejected\].*fetch first/);
  });

  it('has no repository but those in its folder', async () => {
    const missing = await run('git', ['ls-remote', server.urlOf('other')]);
    assert.match(missing.stderr, /not found/);
    const outside = await fetch(server.urlOf('%2e%2e/%2e%2e/etc/shop') + '/info/refs?service=git-upload-pack');
    assert.ok(outside.status >= 400);
  });

  it('answers a malformed address with 400 and goes on', async () => {
    assert.equal((await fetch(server.urlOf('%ff'))).status, 400);
    await runOrThrow('git', ['ls-remote', server.urlOf('shop')]);
  });
});

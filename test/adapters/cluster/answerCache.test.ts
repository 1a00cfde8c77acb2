import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { AnswerCache } from '../../../src/adapters/cluster/answerCache.ts';

describe('what servers say of themselves, kept on disk', () => {
  let folder: string;
  const files = async (): Promise<readonly string[]> =>
    (await readdir(folder)).map((name) => path.join(folder, name)).toSorted();

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plumbline-answers-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is read by others that look into the same folder, by server and address', async () => {
    await new AnswerCache(folder).write('https://a', '/apis', { tag: '1', body: { kind: 'A' } });
    const other = new AnswerCache(folder);
    assert.deepEqual(await other.read('https://a', '/apis'), { tag: '1', body: { kind: 'A' } });
    assert.equal(await other.read('https://b', '/apis'), undefined);
    assert.equal(await other.read('https://a', '/api'), undefined);
    await other.write('https://a', '/apis', { tag: '2', body: {} });
    assert.deepEqual([(await other.read('https://a', '/apis'))?.tag, (await files()).length], ['2', 1]);
  });

  it('may be read by nobody else on this machine', async function () {
    if (process.platform === 'win32') this.skip();
    const own = path.join(folder, 'own');
    await new AnswerCache(own).write('https://a', '/apis', { tag: '1', body: {} });
    const [name = ''] = await readdir(own);
    const modes = await Promise.all([own, path.join(own, name)].map(async (at) => (await stat(at)).mode & 0o777));
    assert.deepEqual(modes, [0o700, 0o600]);
  });

  it('counts as absent where it is damaged, and is replaced', async () => {
    const cache = new AnswerCache(folder);
    const answer = { tag: '1', body: { text: 'x'.repeat(1000) } };
    await cache.write('https://a', '/apis', answer);
    const [file = ''] = await files();
    await truncate(file, (await stat(file)).size - 9);
    assert.equal(await cache.read('https://a', '/apis'), undefined);
    await writeFile(file, 'no archive');
    assert.equal(await cache.read('https://a', '/apis'), undefined);
    await cache.write('https://a', '/apis', answer);
    assert.deepEqual(await cache.read('https://a', '/apis'), answer);
  });

  it('stays below its size; what was not used for longest goes first', async () => {
    const cache = new AnswerCache(folder, 2500);
    // Nothing can pack it.
    const noise = (): string => randomBytes(1000).toString('base64');
    for (const name of ['a', 'b', 'c']) {
      await cache.write('https://a', name, { tag: name, body: { noise: noise() } });
      for (const file of await files()) {
        const { mtimeMs } = await stat(file);
        await utimes(file, new Date(mtimeMs - 10_000), new Date(mtimeMs - 10_000));
      }
      // Used again, so that the second one is the oldest.
      await cache.read('https://a', 'a');
    }
    const kept = await Promise.all(['a', 'b', 'c'].map(async (name) => (await cache.read('https://a', name))?.tag));
    assert.deepEqual(kept, ['a', undefined, 'c']);
    const sizes = await Promise.all((await files()).map(async (file) => (await readFile(file)).length));
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 2500, sizes.join(' '));
  });

  it('is not needed: a folder that cannot be written changes nothing', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    for (const at of [undefined, path.join(file, 'below')]) {
      const cache = new AnswerCache(at);
      await cache.write('https://a', '/apis', { tag: '1', body: {} });
      assert.equal(await cache.read('https://a', '/apis'), undefined);
    }
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { runCli } from './runCli.ts';
import type { CliAnswer } from './runCli.ts';

function policy(...args: readonly string[]): Promise<CliAnswer> {
  return runCli(['policy', ...args]);
}

describe('policies of files and bad input', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plumbline-policy-'));
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function file(name: string, text: string): Promise<string> {
    const where = path.join(folder, name);
    await writeFile(where, text);
    return where;
  }

  async function refuses(args: readonly string[], message: RegExp): Promise<void> {
    const { exit, stdout, stderr } = await policy(...args);
    assert.match(stderr, message);
    assert.deepEqual([exit, stdout, stderr.trimEnd().split('\n').length], [2, '', 1]);
  }

  it('names a file that is not there', async () => {
    const there = await file('there.yaml', '');
    await refuses(['--policies', path.join(folder, 'gone.yaml'), '--resources', there], /gone\.yaml cannot be read/);
  });

  it('names the line of a file that is no YAML', async () => {
    const broken = await file('broken.yaml', 'a: 1\nb: [\n');
    await refuses(['--policies', broken, '--resources', broken], /broken\.yaml:\d+: This is not valid YAML/);
  });

  it('asks for a list where --batch gets something else', async () => {
    await refuses(['--batch', await file('list.json', '{"a": 1}')], /must hold a JSON array of case folders/);
    await refuses(['--batch', await file('list.json', '[')], /list\.json cannot be read/);
  });

  it('goes on after a case that is none, and says so in its line', async () => {
    const { exit, stdout } = await policy('--batch', await file('list.json', JSON.stringify([folder, folder])));
    const lines = stdout.trimEnd().split('\n');
    assert.equal(exit, 2);
    assert.equal(lines.length, 2);
    for (const line of lines) assert.match(line, /"results":\[\].*holds no policies\.yaml/);
  });

  it('says that no policy applies where none is given', async () => {
    const empty = await file('empty.yaml', '# nothing\n');
    const { exit, stdout } = await policy('--policies', empty, '--resources', empty);
    assert.deepEqual([exit, stdout], [0, 'No policy applies.\n']);
  });
});

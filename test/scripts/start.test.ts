import assert from 'node:assert/strict';
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { parseStartArguments } from '../../scripts/start/arguments.ts';
import { Cleanups } from '../../scripts/start/cleanups.ts';
import { writeWorkspaceFile } from '../../scripts/start/workspaceSettings.ts';

function refuses(args: readonly string[], message: RegExp): void {
  assert.throws(() => parseStartArguments(args), { name: 'LabError', message });
}

describe('the arguments of npm start', () => {
  it('open the example with Flux when there are none', () => {
    assert.deepEqual(parseStartArguments([]), {
      reconcilers: ['flux'],
      example: 'storefront',
      folder: undefined,
      kubeconfig: undefined,
      context: undefined,
      port: undefined,
      isOpened: true,
    });
  });

  it('choose the example, reconcilers, port and whether a browser opens', () => {
    const choice = parseStartArguments(['--example', 'pantry', '--reconcilers', 'argocd,flux', '--port', '8123', '--no-open']);
    assert.deepEqual(choice?.reconcilers, ['flux', 'argocd']);
    assert.equal(choice.example, 'pantry');
    assert.equal(choice.port, 8123);
    assert.equal(choice.isOpened, false);
  });

  it('make paths absolute, whatever folder they are read in later', () => {
    const choice = parseStartArguments(['--folder', 'shop', '--kubeconfig', 'kube', '--context', 'prod']);
    assert.equal(choice?.folder, path.resolve('shop'));
    assert.equal(choice.kubeconfig, path.resolve('kube'));
    assert.equal(choice.context, 'prod');
  });

  it('are refused with what to write instead', () => {
    refuses(['--reconcilers', 'fleet'], /flux, argocd or both/);
    refuses(['--example', 'shop'], /storefront or pantry/);
    refuses(['--example', 'pantry', '--folder', '.'], /take one/);
    refuses(['--port', 'many'], /1 to 65535/);
    refuses(['--context', 'prod'], /go with --folder/);
    refuses(['--folder', '.', '--kubeconfig', 'kube'], /needs --context/);
    refuses(['--forks'], /usage: npm start/);
  });
});

describe('what was started', () => {
  it('is ended the other way round, once, also past a step that fails', async () => {
    const ended: string[] = [];
    const cleanups = new Cleanups();
    cleanups.add(() => Promise.resolve(ended.push('first')));
    cleanups.add(() => Promise.reject(new Error('broken')));
    cleanups.add(() => Promise.resolve(ended.push('last')));
    await cleanups.run();
    await cleanups.run();
    assert.deepEqual(ended, ['last', 'first']);
  });
});

describe('the workspace file', () => {
  it('names the folder and carries the settings', async () => {
    const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-test-'));
    try {
      const file = path.join(scratch, 'shop.code-workspace');
      await writeWorkspaceFile(file, '/shop', { 'plumbline.contexts': ['prod'] });
      const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
      assert.deepEqual(parsed, { folders: [{ path: '/shop' }], settings: { 'plumbline.contexts': ['prod'] } });
    } finally {
      await rm(scratch, { recursive: true });
    }
  });
});

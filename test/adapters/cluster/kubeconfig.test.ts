import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  contextInfos,
  kubeconfigFiles,
  pickContext,
  readKubeconfig,
} from '../../../src/adapters/cluster/kubeconfig.ts';

describe('reading kubeconfig files', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'plumbline-kubeconfig-'));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true, force: true });
  });

  const write = async (name: string, text: string): Promise<string> => {
    const file = join(dir, name);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text);
    return file;
  };
  const invalid = (text: string, message: RegExp, context = 'a'): Promise<void> =>
    assert.rejects(
      async () => {
        const file = await write('broken', text);
        pickContext(await readKubeconfig([file]), context);
      },
      { code: 'kubeconfig-invalid', message },
    );

  it('takes an explicit file before KUBECONFIG before the home folder', () => {
    const environment = { KUBECONFIG: ['/a', '', '/b'].join(delimiter) };
    assert.deepEqual(kubeconfigFiles('/mine', environment), ['/mine']);
    assert.deepEqual(kubeconfigFiles(undefined, environment), ['/a', '/b']);
    assert.match(kubeconfigFiles(undefined, {})[0] ?? '', /\.kube.config$/);
  });

  it('merges files, the first one deciding, and skips absent ones', async () => {
    const one = await write('one', config('a', 'https://one', 'current-context: a\n'));
    const two = await write('two', config('b', 'https://two', 'current-context: b\n'));
    const again = await write('again', config('a', 'https://other'));
    const read = await readKubeconfig([join(dir, 'absent'), one, two, again]);
    assert.deepEqual(
      contextInfos(read).toSorted((x, y) => x.name.localeCompare(y.name)),
      [
        { name: 'a', server: 'https://one', namespace: 'shop', isCurrent: true },
        { name: 'b', server: 'https://two', namespace: 'shop', isCurrent: false },
      ],
    );
  });

  it('resolves paths against the file they stand in', async () => {
    const file = await write(
      'deep/config',
      config('a', 'https://one')
        .replace('server:', 'certificate-authority: ca.crt, server:')
        .replace(
          'token: t',
          'client-key: /abs/key, tokenFile: ../token, exec: { command: ./bin/login, apiVersion: v1 }',
        ),
    );
    const { cluster, user } = pickContext(await readKubeconfig([file]), 'a');
    assert.equal(cluster['certificate-authority'], join(dir, 'deep/ca.crt'));
    assert.equal(user['client-key'], '/abs/key');
    assert.equal(user.tokenFile, join(dir, 'token'));
    assert.deepEqual(user.exec, { command: join(dir, 'deep/bin/login'), apiVersion: 'v1' });
  });

  it('leaves a command without a slash to the PATH', async () => {
    const file = await write('config', config('a', 'https://one').replace('token: t', 'exec: { command: aws }'));
    assert.deepEqual(pickContext(await readKubeconfig([file]), 'a').user.exec, { command: 'aws' });
  });

  it('says that there is no kubeconfig at all', async () => {
    await assert.rejects(readKubeconfig([join(dir, 'absent')]), {
      code: 'kubeconfig-invalid',
      message: /absent.*Set KUBECONFIG/,
    });
  });

  it('names the line of text that is no YAML, without quoting it', async () => {
    const file = await write('broken', 'users:\n- name: a\n  user:\n    token: "s3cret\n');
    await assert.rejects(readKubeconfig([file]), (error: Error) => {
      assert.match(error.message, /broken is broken at line \d+/);
      assert.ok(!error.message.includes('s3cret'));
      return true;
    });
  });

  it('names what does not fit and where', async () => {
    await invalid('just text\n', /line 1: it is not a map/);
    await invalid('contexts: 5\n', /line 1: contexts is not a list/);
    await invalid(`${config('a', 'https://one')}- user: {}\n`, /line 8: an entry of users has no name/);
    await invalid(
      config('a', 'https://one').replace('cluster: a', 'cluster: b'),
      /line 3: context a names the cluster "b"/,
    );
    await invalid(config('a', 'https://one').replace('user: a', 'user: b'), /line 3: context a names the user "b"/);
    await invalid(config('a', 'one.example'), /line 5: the server of cluster a is no web address/);
  });

  it('names the contexts there are when another one is asked for', async () => {
    const file = await write('config', config('a', 'https://one'));
    const read = await readKubeconfig([file]);
    assert.throws(() => pickContext(read, 'prod'), {
      code: 'context-missing',
      message: /no context prod\. It has: a\./,
    });
  });

  it('reads an empty file as one without contexts', async () => {
    assert.deepEqual(contextInfos(await readKubeconfig([await write('empty', '\n')])), []);
  });
});

function config(name: string, server: string, head = 'apiVersion: v1\n'): string {
  return `${head}contexts:
- { name: ${name}, context: { cluster: ${name}, user: ${name}, namespace: shop } }
clusters:
- { name: ${name}, cluster: { server: "${server}" } }
users:
- { name: ${name}, user: { token: t } }
`;
}

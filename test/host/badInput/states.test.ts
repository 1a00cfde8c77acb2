import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, afterEach, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { OverviewApi } from '../../../src/core/overview/api.ts';
import type { AppState } from '../../../src/core/overview/state.ts';
import { extension, until } from '../extension.ts';

const run = promisify(execFile);
const allApps = ['catalog', 'payments', 'tools/load-test', 'web', 'web-staging'];
const size = 'apps/web/overlays/prod/web-size.yaml';

describe('the extension and bad input', () => {
  let overview: OverviewApi;
  let folder: string;
  let scratch: string;
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => {
    // Other extensions live in the same process.
    if (reason instanceof Error && reason.stack?.includes(extension().extensionPath)) unhandled.push(reason);
  };

  const git = (...args: readonly string[]): Promise<unknown> =>
    run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@storefront.example', ...args], { cwd: folder });
  const refresh = (): Thenable<unknown> => vscode.commands.executeCommand('plumbline.refresh');

  before(async () => {
    process.on('unhandledRejection', onUnhandled);
    overview = await until(() => (extension().isActive ? extension().exports.overview : undefined));
    await until(() => (overview.state.phase === 'ready' ? true : undefined));
    folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-bad-'));
  });

  after(async () => {
    process.off('unhandledRejection', onUnhandled);
    await rm(scratch, { recursive: true, force: true });
  });

  afterEach(() => {
    assert.deepEqual(unhandled, []);
  });

  const names = (): readonly string[] => overview.state.apps.map(({ app }) => app.name).sort();
  const appNamed = (name: string): AppState | undefined => overview.state.apps.find(({ app }) => app.name === name);

  /** The entry of the Problems view with these words; its place as `file:line`. */
  function problem(words: RegExp): { readonly at: string; readonly code: unknown } | undefined {
    const all = vscode.languages.getDiagnostics().flatMap(([uri, found]) =>
      found.map(({ message, range, code, source }) => ({
        message,
        source,
        at: `${path.relative(folder, uri.fsPath)}:${range.start.line + 1}`,
        code: typeof code === 'object' ? code.value : code,
      })),
    );
    const found = all.find(({ message, source }) => source === 'Plumbline' && words.test(message));
    return found && { at: found.at, code: found.code };
  }

  /** Changes a file on disk for one test. */
  async function withText(name: string, change: (text: string) => string, act: () => Promise<void>): Promise<void> {
    const file = path.join(folder, name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, change(text));
    try {
      await refresh();
      await act();
    } finally {
      await writeFile(file, text);
      await refresh();
    }
  }

  async function noProblem(words: RegExp): Promise<void> {
    await until(() => (problem(words) === undefined ? true : undefined));
  }

  it('puts a manifest that does not parse on its line, and keeps the other apps', async () => {
    const words = /payments: This is not valid YAML/;
    const broken = (text: string): string => `${text}   foo: [bar\n`;
    await withText('apps/payments/deployment.yaml', broken, async () => {
      assert.deepEqual(await until(() => problem(words)), {
        at: 'apps/payments/deployment.yaml:40',
        code: 'render.failed',
      });
      assert.deepEqual(names(), allApps);
      assert.ok((appNamed('web')?.resources.length ?? 0) > 0);
    });
    await noProblem(words);
  });

  it('puts an app’s own manifest that does not parse on its line', async () => {
    const words = /^This is not valid YAML/;
    await withText(
      'clusters/prod/flux/web.yaml',
      (text) => `${text}   foo: [bar\n`,
      async () => {
        assert.deepEqual(await until(() => problem(words)), {
          at: 'clusters/prod/flux/web.yaml:16',
          code: 'source.unparsable',
        });
        assert.deepEqual(appNamed('apps/web/overlays/prod')?.differences, []);
      },
    );
    await noProblem(words);
  });

  it('says which entry of an overlay does not build', async () => {
    const words = /nope\.yaml does not exist/;
    const change = (text: string): string => text.replace('namespace.yaml', 'nope.yaml');
    await withText('apps/web/overlays/prod/kustomization.yaml', change, async () => {
      assert.equal((await until(() => problem(words))).at, 'apps/web/overlays/prod/kustomization.yaml:5');
      assert.equal(appNamed('web-staging')?.problems.length, 0);
    });
    await noProblem(words);
  });

  it('points at the markers of a merge under way', async () => {
    const replicas = async (count: number): Promise<void> => {
      const file = path.join(folder, size);
      await writeFile(file, (await readFile(file, 'utf8')).replace(/replicas: \d+/, `replicas: ${count}`));
      await git('commit', '--quiet', '--all', `--message=${count}`);
    };
    await git('checkout', '--quiet', '-b', 'other');
    await replicas(8);
    await git('checkout', '--quiet', 'main');
    await replicas(9);
    await assert.rejects(git('merge', 'other'));
    await refresh();
    assert.deepEqual(await until(() => problem(/conflict markers/)), { at: `${size}:6`, code: 'render.failed' });
    assert.equal(overview.state.repo?.busy, 'merge');
    await git('merge', '--abort');
    await git('reset', '--quiet', '--hard', 'HEAD~1');
    await refresh();
    await noProblem(/conflict markers/);
    assert.equal(overview.state.repo.busy, undefined);
  });

  it('reads on while HEAD is detached and while there are no commits', async () => {
    await git('checkout', '--quiet', '--detach');
    await refresh();
    await until(() => (overview.state.repo?.branch === undefined ? true : undefined));
    assert.deepEqual(names(), allApps);
    await git('checkout', '--quiet', '--orphan', 'fresh');
    await refresh();
    await until(() => (overview.state.repo?.head === undefined ? true : undefined));
    assert.deepEqual(names(), allApps);
    await git('checkout', '--quiet', '--force', 'main');
    await refresh();
    await until(() => (overview.state.repo?.branch === 'main' ? true : undefined));
  });

  it('keeps what it showed when git cannot read the repository any more, and says why', async () => {
    const objects = path.join(folder, '.git/objects');
    await rename(objects, path.join(scratch, 'objects'));
    try {
      await refresh();
      const [trouble] = await until(() => (overview.state.problems.length > 0 ? overview.state.problems : undefined));
      assert.match(trouble?.message ?? '', /git/);
      assert.deepEqual(names(), allApps);
    } finally {
      await rename(path.join(scratch, 'objects'), objects);
    }
    await refresh();
    await until(() => (overview.state.problems.length === 0 ? true : undefined));
  });

  describe('on the way to a cluster', () => {
    const setting = (name: string, value: unknown): Thenable<void> =>
      vscode.workspace.getConfiguration('plumbline').update(name, value, vscode.ConfigurationTarget.Workspace);

    after(async () => {
      await setting('contexts', undefined);
      await setting('kubeconfig', undefined);
    });

    async function offline(context: string, words: RegExp): Promise<void> {
      await setting('contexts', [context]);
      const message = await until(() => {
        const status = overview.state.clusters.find((cluster) => cluster.context === context)?.status;
        return status?.kind === 'offline' && words.test(status.message) ? status.message : undefined;
      });
      assert.match(message, words);
      assert.deepEqual(names(), allApps);
    }

    it('says that there is no kubeconfig, where it breaks, which contexts it has, and that nobody answers', async () => {
      const kubeconfig = path.join(scratch, 'kubeconfig');
      await setting('kubeconfig', kubeconfig);
      await offline('prod', /No kubeconfig was found/);
      await setting('contexts', []);
      await writeFile(kubeconfig, 'apiVersion: v1\nclusters: [\n');
      await offline('prod', /broken at line \d.*Mend it/);
      await setting('contexts', []);
      const text = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: u, user: {token: abc}}]
contexts: [{name: prod, context: {cluster: c, user: u}}]
`;
      await writeFile(kubeconfig, text);
      await offline('gone', /no context gone\. It has: prod/);
      await offline('prod', /cannot be reached at https:\/\/127\.0\.0\.1:1: nothing listens there/);
    });
  });
});

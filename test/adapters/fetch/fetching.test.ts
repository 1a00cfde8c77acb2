import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFetcher } from '../../../src/adapters/fetch/fetchBundle.ts';
import { FetchStore } from '../../../src/adapters/fetch/fetchStore.ts';
import { readEntries } from '../../../src/adapters/fetch/chartRepository.ts';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import { valueAt } from '../../../src/core/model/json.ts';
import { needKey } from '../../../src/core/model/remoteNeed.ts';
import type { RemoteNeed } from '../../../src/core/model/remoteNeed.ts';
import type { Rendering } from '../../../src/core/model/rendering.ts';
import { UserError } from '../../../src/core/model/userError.ts';
import type { UserErrorCode } from '../../../src/core/model/userError.ts';
import type { SourceFetcher } from '../../../src/core/ports.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { missingNeeds } from '../../../src/core/render/missingNeeds.ts';
import { MountTree } from '../../../src/core/render/mountTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';
import { openPool } from '../engine/engineFixture.ts';
import { ScratchRepository } from '../git/scratchRepository.ts';
import {
  basicOf,
  chart,
  chartLayer,
  fluxLayer,
  pack,
  push,
  startChartRepository,
  startRegistry,
  withLogin,
} from './servers.ts';
import type { TestServer } from './servers.ts';
import { quietLog } from '../../quietLog.ts';

const signal = new AbortController().signal;
const login = { user: 'ada', password: 'p:ss' };

function refused(code: UserErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /p:ss|cDpzcw/);
    return true;
  };
}

describe('fetching from elsewhere', function () {
  this.timeout(120_000);
  const pool = openPool();
  const servers: TestServer[] = [];
  const home = mkdtempSync(path.join(tmpdir(), 'plumbline-fetching-'));
  let registry: TestServer;
  const started = async <T extends TestServer>(server: Promise<T>): Promise<T> => {
    const known = await server;
    servers.push(known);
    return known;
  };
  before(async () => {
    registry = await started(startRegistry());
    for (const version of ['1.0.0', '1.1.0', '2.0.0-rc.1'])
      await push(registry.address, 'charts/web', version, chart('web', version), chartLayer);
    await push(registry.address, 'charts/web', '1.1.0_build.5', chart('web', '1.1.0+build.5'), chartLayer);
  });
  after(async () => {
    pool.dispose();
    await Promise.all(servers.map((each) => each.stop()));
    rmSync(home, { recursive: true });
  });

  let count = 0;
  const scratch = (): {
    store: FetchStore;
    folder: string;
    environment: Record<string, string>;
    fetcher: (allowExec?: boolean) => SourceFetcher;
  } => {
    const folder = path.join(home, String(count++));
    mkdirSync(folder);
    const store = new FetchStore(path.join(folder, 'kept'));
    const environment = {
      HOME: folder,
      PATH: process.env.PATH ?? '',
      XDG_CONFIG_HOME: folder,
      DOCKER_CONFIG: path.join(folder, 'docker'),
    };
    const fetcher = (allowExec = false): SourceFetcher =>
      createFetcher({ store, chooser: pool, environment, allowExec: () => allowExec, log: quietLog });
    return { store, folder, environment, fetcher };
  };
  const textAt = async (store: FetchStore, need: RemoteNeed, file: string): Promise<string> => {
    const tree = await store.open(needKey(need), signal);
    return new TextDecoder().decode(await tree?.read(file, signal));
  };

  describe('charts of repositories with an index', () => {
    const open = (options: Parameters<typeof startChartRepository>[1] = {}): ReturnType<typeof startChartRepository> =>
      started(
        startChartRepository(
          [
            ['web', '1.0.0', chart('web', '1.0.0')],
            ['web', '1.2.0', chart('web', '1.2.0')],
            ['web-extra', '9.0.0', chart('web-extra', '9.0.0')],
          ],
          options,
        ),
      );
    const needOf = (server: TestServer, version: string, name = 'web'): RemoteNeed => ({
      kind: 'chart',
      url: `http://${server.address}/charts/`,
      chart: name,
      version,
    });

    it('are chosen by their range, checked and kept, and opened without network', async () => {
      const server = await open();
      const { store, fetcher } = scratch();
      const need = needOf(server, '~1');
      assert.equal(await store.open(needKey(need), signal), undefined);
      assert.equal((await fetcher().fetch(need, signal)).version, '1.2.0');
      const asked = server.asked.length;
      assert.match(await textAt(store, need, 'Chart.yaml'), /version: 1\.2\.0/);
      assert.equal(server.asked.length, asked);
    });

    it('say what there is when no version fits, and when there is no such chart or server', async () => {
      const server = await open();
      const { fetcher } = scratch();
      await assert.rejects(
        fetcher().fetch(needOf(server, '3.x'), signal),
        refused('fetch-not-found', /no version of web that is 3\.x\. The newest are 1\.0\.0, 1\.2\.0/),
      );
      await assert.rejects(
        fetcher().fetch(needOf(server, '', 'none'), signal),
        refused('fetch-not-found', /no chart of that name/),
      );
      await assert.rejects(
        fetcher().fetch(needOf(server, 'not a range'), signal),
        refused('fetch-failed', /no version and no range/),
      );
      await assert.rejects(
        fetcher().fetch({ ...needOf(server, ''), url: 'http://127.0.0.1:1/x' }, signal),
        refused('fetch-failed', /127\.0\.0\.1:1 cannot be reached/),
      );
    });

    it('are refused when they are not what the index says', async () => {
      const server = await open({ digest: 'f'.repeat(64) });
      await assert.rejects(
        scratch().fetcher().fetch(needOf(server, ''), signal),
        refused('fetch-failed', /digest differs/),
      );
    });

    it('are read with the login of Helm, which is kept nowhere else', async () => {
      const server = await open({ login });
      const { folder, fetcher } = scratch();
      await assert.rejects(fetcher().fetch(needOf(server, ''), signal), refused('fetch-unauthorized', /helm repo add/));
      mkdirSync(path.join(folder, 'helm'));
      writeFileSync(
        path.join(folder, 'helm', 'repositories.yaml'),
        `repositories:\n- name: x\n  url: http://${server.address}/charts\n  username: ${login.user}\n  password: "${login.password}"\n`,
      );
      assert.equal((await fetcher().fetch(needOf(server, ''), signal)).version, '1.2.0');
      const kept = readdirSync(path.join(folder, 'kept'), { recursive: true, withFileTypes: true }).filter((each) =>
        each.isFile(),
      );
      for (const file of kept)
        assert.doesNotMatch(readFileSync(path.join(file.parentPath, file.name), 'latin1'), /p:ss/);
      assert.equal(kept.length, 2);
    });
  });

  it('finds one chart’s entries among many, in every form of an index', () => {
    const yaml =
      'apiVersion: v1\nentries:\n  a.b:\n  - version: 1\n    urls: [x]\n  axb:\n  - version: "2"\n  "c":\n    - version: "3"\ngenerated: now\n';
    assert.deepEqual(readEntries(yaml, 'a.b'), [{ version: 1, urls: ['x'] }]);
    assert.deepEqual(readEntries(yaml, 'axb'), [{ version: '2' }]);
    assert.deepEqual(readEntries(yaml, 'c'), [{ version: '3' }]);
    assert.deepEqual(readEntries(yaml, 'd'), []);
    assert.deepEqual(readEntries('{"entries": {"c": [{"version": "3"}]}}', 'c'), [{ version: '3' }]);
    assert.deepEqual(readEntries('entries: {c: [{version: "3"}]}\n', 'c'), [{ version: '3' }]);
  });

  describe('artifacts of registries', () => {
    const needOf = (version: string, address = registry.address): RemoteNeed => ({
      kind: 'oci',
      url: `oci://${address}/charts/web`,
      version,
    });

    it('are chosen by tag, by range and by digest', async () => {
      const { store, fetcher } = scratch();
      const got: string[] = [];
      for (const version of ['1.0.0', '^1.0.0', '>=2.0.0-0', '1.1.0+build.5'])
        got.push((await fetcher().fetch(needOf(version), signal)).version);
      assert.deepEqual(got, ['1.0.0', got[1] ?? '', '2.0.0-rc.1', '1.1.0+build.5']);
      assert.match(got[1] ?? '', /^1\.1\.0/);
      const answer = await fetch(`http://${registry.address}/v2/charts/web/manifests/1.0.0`);
      const digest = answer.headers.get('docker-content-digest') ?? '';
      assert.equal((await fetcher().fetch(needOf(digest), signal)).version, digest);
      assert.match(await textAt(store, needOf(digest), 'Chart.yaml'), /version: 1\.0\.0/);
      await assert.rejects(
        fetcher().fetch(needOf('7.x'), signal),
        refused('fetch-not-found', /has no 7\.x; its tags are/),
      );
      await assert.rejects(
        fetcher().fetch({ kind: 'oci', url: `oci://${registry.address}/none`, version: '1.0.0' }, signal),
        refused('fetch-not-found', /no repository at/),
      );
    });

    it('are read with the login of Docker: an entry, or a helper in trusted workspaces only', async () => {
      const server = await started(withLogin(registry.address, login));
      const { folder, environment, fetcher } = scratch();
      const need = needOf('1.0.0', server.address);
      await assert.rejects(fetcher().fetch(need, signal), refused('fetch-unauthorized', /docker login/));
      mkdirSync(path.join(folder, 'docker'));
      const config = path.join(folder, 'docker', 'config.json');
      writeFileSync(
        config,
        JSON.stringify({ auths: { [server.address]: { auth: basicOf(login).slice('Basic '.length) } } }),
      );
      assert.equal((await fetcher().fetch(need, signal)).version, '1.0.0');
      const helper = path.join(folder, 'docker-credential-plumbtest');
      writeFileSync(
        helper,
        `#!/bin/sh\nread server\n[ "$1 $server" = "get ${server.address}" ] && echo '{"Username": "${login.user}", "Secret": "${login.password}"}'\n`,
      );
      chmodSync(helper, 0o755);
      environment.PATH = `${folder}:${environment.PATH ?? ''}`;
      writeFileSync(config, JSON.stringify({ credHelpers: { [server.address]: 'plumbtest' } }));
      await assert.rejects(
        fetcher(false).fetch(need, signal),
        refused('fetch-needs-trust', /docker-credential-plumbtest/),
      );
      assert.equal((await fetcher(true).fetch(need, signal)).version, '1.0.0');
    });
  });

  describe('commits', () => {
    it('are fetched by branch, tag and hash, whole and without what a link leads out to', async () => {
      const repository = new ScratchRepository();
      try {
        const commit = repository.save({
          'base/kustomization.yaml': 'resources: [a.yaml]\n',
          '.gitattributes': 'base/** export-ignore\n',
        });
        symlinkSync('/etc', path.join(repository.folder, 'out'));
        symlinkSync('base', path.join(repository.folder, 'in'));
        repository.git('add', '--all');
        repository.git('commit', '--quiet', '--message', 'Links');
        repository.git('tag', '--annotate', 'v1', '--message', 'One');
        repository.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
        const { store, fetcher } = scratch();
        const needOf = (revision: string): RemoteNeed => ({
          kind: 'git',
          url: `file://${repository.folder}`,
          revision,
        });
        const head = repository.git('rev-parse', 'HEAD');
        for (const [revision, expected] of [
          ['', head],
          ['main', head],
          ['v1', head],
          [commit, commit],
        ] as const)
          assert.equal((await fetcher().fetch(needOf(revision), signal)).version, expected);
        const tree = await store.open(needKey(needOf('v1')), signal);
        assert.equal(await textAt(store, needOf('v1'), 'in/kustomization.yaml'), 'resources: [a.yaml]\n');
        assert.equal(await tree?.stat('out', signal), undefined);
        assert.deepEqual(
          (await tree?.list('', signal))?.map(({ name, kind }) => [name, kind]),
          [
            ['.gitattributes', 'file'],
            ['base', 'folder'],
            ['in', 'folder'],
          ],
        );
        await assert.rejects(fetcher().fetch(needOf('gone'), signal), refused('fetch-not-found', /gone of file:/));
        await assert.rejects(fetcher().fetch(needOf('--upload-pack=x'), signal), refused('fetch-failed', /no address/));
        await assert.rejects(
          fetcher().fetch({ kind: 'git', url: 'ext::sh -c true', revision: '' }, signal),
          refused('fetch-failed', /no address/),
        );
      } finally {
        repository.remove();
      }
    });
  });

  it('refuses what was damaged, and what unpacks to too much', async () => {
    const { store, folder } = scratch();
    await store.put('k', { kind: 'chart', version: '1', content: chart('web', '1.0.0') });
    const kept = path.join(folder, 'kept', 'content');
    writeFileSync(path.join(kept, readdirSync(kept)[0] ?? ''), 'something else');
    await assert.rejects(store.open('k', signal), refused('fetch-failed', /damaged.*Fetch it again/));
    await store.put('b', { kind: 'archive', version: '1', content: pack('', { bomb: '0'.repeat(120 * 1024 * 1024) }) });
    await assert.rejects(store.open('b', signal), refused('fetch-failed', /more than 100 MB/));
    await store.put('n', { kind: 'archive', version: '1', content: Buffer.from('no archive') });
    await assert.rejects(store.open('n', signal), refused('fetch-failed', /no gzip/));
  });

  describe('apps', () => {
    const render = async (
      files: Readonly<Record<string, string>>,
      store: FetchStore,
      name: string,
    ): Promise<Rendering> => {
      const tree = new MountTree(new MemoryTree(files), store);
      const { apps } = await discoverApps(tree, [], signal);
      const app = apps.find((each) => each.name === name);
      assert.ok(app !== undefined, apps.map(({ id }) => id).join());
      return renderApp(app, tree, pool, signal);
    };
    /** Renders, fetches what is missing, and renders again without. */
    const fetched = async (files: Readonly<Record<string, string>>, name: string): Promise<Rendering> => {
      const { store, fetcher } = scratch();
      const missing = await render(files, store, name);
      const needs = missingNeeds(missing.problems);
      assert.ok(needs.length > 0, JSON.stringify(missing.problems));
      assert.deepEqual(missing.objects, []);
      for (const need of needs) await fetcher().fetch(need, signal);
      const rendering = await render(files, store, name);
      assert.deepEqual(rendering.problems, []);
      return rendering;
    };
    const shown = ({ objects }: Rendering): unknown => objects.map(({ key, object }) => [key, valueAt(object, 'data')]);

    it('of Argo CD render a chart of a registry with values of the chart and of the repository', async () => {
      const files = {
        'app.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec:\n  destination: {namespace: shop}\n  sources:\n    - {repoURL: "${registry.address}/charts", chart: web, targetRevision: 1.0.0, helm: {valueFiles: [values-big.yaml, $values/own.yaml]}}\n    - {repoURL: "https://git.example.com/a", ref: values}\n`,
        'own.yaml': 'other: 1\n',
      };
      assert.deepEqual(shown(await fetched(files, 'web')), [
        ['/ConfigMap/shop/web-web', { version: '1.0.0', size: '9' }],
      ]);
    });

    it('of Flux render charts of repositories and artifacts, and folders of artifacts', async () => {
      const server = await started(startChartRepository([['web', '3.1.0', chart('web', '3.1.0')]]));
      await push(
        registry.address,
        'manifests',
        'latest',
        pack('', { 'deploy/cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\ndata: {a: b}\n' }),
        fluxLayer,
      );
      const source = (kind: string, name: string, spec: string): string =>
        `---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: team}\nspec: {${spec}}\n`;
      const release = (name: string, spec: string): string =>
        `---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ${name}, namespace: team}\nspec: {${spec}}\n`;
      const files = {
        'a.yaml': [
          source('HelmRepository', 'charts', `url: "http://${server.address}/charts"`),
          source('OCIRepository', 'web', `url: "oci://${registry.address}/charts/web", ref: {semver: "1.0.x"}`),
          source('OCIRepository', 'plain', `url: "oci://${registry.address}/manifests"`),
          release(
            'index',
            'chart: {spec: {chart: web, version: 3.x, valuesFiles: [values-big.yaml], sourceRef: {kind: HelmRepository, name: charts}}}',
          ),
          release('oci', 'chartRef: {kind: OCIRepository, name: web}'),
          '---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: plain, namespace: team}\nspec: {path: ./deploy, sourceRef: {kind: OCIRepository, name: plain}, namePrefix: x-}\n',
        ].join(''),
      };
      assert.deepEqual(shown(await fetched(files, 'index')), [
        ['/ConfigMap/team/web-index', { version: '3.1.0', size: '9' }],
      ]);
      assert.deepEqual(shown(await fetched(files, 'oci')), [
        ['/ConfigMap/team/web-oci', { version: '1.0.0', size: '1' }],
      ]);
      assert.deepEqual(shown(await fetched(files, 'plain')), [['/ConfigMap/-/x-plain', { a: 'b' }]]);
    });

    it('with charts of the repository get the dependencies that are not in their charts folder', async () => {
      const files = {
        'top/Chart.yaml': `apiVersion: v2\nname: top\nversion: 0.1.0\ndependencies:\n  - {name: kit, version: 0.1.0, repository: "file://../kit"}\n  - name: web\n    version: ^1.0.0\n    repository: oci://${registry.address}/charts\n`,
        'top/Chart.lock': `dependencies:\n  - {name: web, version: 1.0.0, repository: "oci://${registry.address}/charts"}\n`,
        'top/values.yaml': 'web: {size: 5}\n',
        'kit/Chart.yaml': 'apiVersion: v2\nname: kit\nversion: 0.1.0\n',
        'kit/templates/k.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kit}\ndata: {from: kit}\n',
      };
      const { store } = scratch();
      const { problems } = await render(files, store, 'top');
      assert.deepEqual(
        problems.map(({ file, line, needs }) => [file, line, needs?.kind]),
        [['top/Chart.yaml', 6, 'oci']],
      );
      assert.match(
        problems[0]?.message ?? '',
        /charts\/web 1\.0\.0, which was not fetched yet\. Run "Fetch Remote Sources"/,
      );
      const rendering = await fetched(files, 'top');
      assert.deepEqual(shown(rendering), [
        ['/ConfigMap/-/kit', { from: 'kit' }],
        ['/ConfigMap/-/web-top', { version: '1.0.0', size: '5' }],
      ]);
    });

    it('show the trouble of a fetched chart at the app, for nobody can open the chart', async () => {
      await push(
        registry.address,
        'charts/bad',
        '1.0.0',
        chart('bad', '1.0.0', { 'templates/x.yaml': '{{ fail "no way" }}' }),
        chartLayer,
      );
      const files = {
        'app.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: bad}\nspec: {source: {repoURL: "${registry.address}/charts", chart: bad, targetRevision: 1.0.0}}\n`,
      };
      const { store, fetcher } = scratch();
      for (const need of missingNeeds((await render(files, store, 'bad')).problems))
        await fetcher().fetch(need, signal);
      const { problems } = await render(files, store, 'bad');
      assert.deepEqual(
        problems.map(({ file, line }) => [file, line]),
        [['app.yaml', 3]],
      );
      assert.match(problems[0]?.message ?? '', /no way.*in the fetched templates\/x\.yaml/);
      assert.doesNotMatch(problems[0]?.message ?? '', /\.plumbline/);
    });
  });
});

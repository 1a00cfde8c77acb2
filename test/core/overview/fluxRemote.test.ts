import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { SnapshotConnection } from '../../../src/adapters/cluster/snapshotConnection.ts';
import { reduceKubeConfigSecret } from '../../../src/core/live/kubeConfigAddress.ts';
import { isObject } from '../../../src/core/model/json.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { Overview } from '../../../src/core/overview/overview.ts';
import type { AppState } from '../../../src/core/overview/state.ts';
import type { ClusterConnection, RenderEngine } from '../../../src/core/ports.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';
import { quietLog } from '../../quietLog.ts';
import { quickClock } from './quickClock.ts';
import { memoryRepository } from './memoryRepository.ts';
import { noEngine, noScripts, plainHasher } from './unasked.ts';

const commit = 'a'.repeat(40);
const far = 'https://far.example:6443';
const token = 'c2VjcmV0LXRva2Vu';

const kubeconfig = `apiVersion: v1
kind: Config
current-context: far
contexts: [{name: far, context: {cluster: far, user: far}}, {name: near, context: {cluster: near, user: far}}]
clusters: [{name: near, cluster: {server: 'https://near.example'}}, {name: far, cluster: {server: '${far}'}}]
users: [{name: far, user: {token: ${token}}}]
`;

const kustomization = (target: string): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec: {path: ./web, interval: 10m, prune: true, sourceRef: {kind: GitRepository, name: shop}${target}}
`;
const source = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: shop, namespace: flux-system}
spec: {url: 'https://git.example.com/shop.git', interval: 1m, ref: {branch: main}}
---
`;
const stamps = ', labels: {kustomize.toolkit.fluxcd.io/name: web, kustomize.toolkit.fluxcd.io/namespace: flux-system}';
const map = (level: string, more = ''): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: web${more}}
data: {LOG_LEVEL: ${level}}
`;

/** Where Flux runs; an object of the same name lies there that is none of the app's. */
const hub = (target: string): string => `${kustomization(target)}status:
  lastAppliedRevision: main@sha1:${commit}
  conditions: [{type: Ready, status: 'True', reason: ReconciliationSucceeded, message: m}]
  inventory: {entries: [{id: web_settings__ConfigMap, v: v1}]}
---
${map('of-the-hub', stamps)}`;

const plainEngine: RenderEngine = {
  ...noEngine,
  kustomize: async ({ path }, tree, signal) => {
    const bytes = await tree.read(`${path}/settings.yaml`, signal);
    const { documents } = readYaml(new TextDecoder().decode(bytes), 'kustomize');
    const objects = documents.flatMap(({ value }) => (isObject(value) ? [{ object: value, transformations: [] }] : []));
    return { objects, problems: [], reads: [] };
  },
};

const asked: JsonObject[] = [];

/** A dump that claims to be a cluster at an address; answers for what `objects` holds by path, reduced as at the edge. */
function cluster(
  name: string,
  text: string,
  server: string,
  objects: Readonly<Record<string, JsonObject>> = {},
): ClusterConnection {
  const dump = new SnapshotConnection({ name, files: [{ name, text }] }, plainHasher);
  return {
    context: name,
    server,
    readKinds: () => dump.readKinds(),
    readSchemas: (apiVersion) => dump.readSchemas(apiVersion),
    follow: (target, onEvent) => dump.follow(target, onEvent),
    send: ({ path, keeps }) => {
      const found = objects[path];
      if (found === undefined) return Promise.resolve({ status: 403, body: {}, warnings: [] });
      const body = keeps === 'kubeconfig-addresses' ? reduceKubeConfigSecret(found, { hash: () => 'h' }) : found;
      asked.push(body);
      return Promise.resolve({ status: 200, body, warnings: [] });
    },
    close: () => undefined,
  };
}

const secretPath = '/api/v1/namespaces/flux-system/secrets/far';
const secret = {
  [secretPath]: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'far' }, data: { value: btoa(kubeconfig) } },
};
const configPath = '/api/v1/namespaces/flux-system/configmaps/far';
const config = {
  [configPath]: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'far' },
    data: { provider: 'generic', address: far },
  },
};

const opened: Overview[] = [];

async function look(declared: string, clusters: readonly ClusterConnection[]): Promise<AppState> {
  const files = { 'clusters/web.yaml': `${source}${kustomization(declared)}`, 'web/settings.yaml': map('info') };
  const refs = { head: commit, 'refs/remotes/origin/main': commit };
  const repo = memoryRepository({ working: files, commits: { [commit]: files }, refs });
  const parts = { engine: plainEngine, health: noScripts, hasher: plainHasher, clock: quickClock, log: quietLog };
  const overview = new Overview({ repo, ...parts });
  opened.push(overview);
  for (const each of clusters) overview.attach(each.context, each);
  await overview.refresh();
  await overview.whenSettled(AbortSignal.timeout(3000));
  const app = overview.state.apps.find(({ app: each }) => each.name === 'web');
  assert.ok(app !== undefined);
  return app;
}

const values = ({ differences }: AppState): readonly unknown[] => differences.map(({ field }) => field?.live);
const bySecret = ', kubeConfig: {secretRef: {name: far}}';
const byMap = ', kubeConfig: {configMapRef: {name: far}}';
const east = (): ClusterConnection => cluster('east', map('trace', stamps), 'https://FAR.example:6443/');

describe('a Flux app with a kubeConfig', () => {
  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
    asked.splice(0);
  });

  for (const [what, target, objects] of [
    ['Secret', bySecret, secret],
    ['ConfigMap', byMap, config],
  ] as const) {
    it(`is compared with the cluster whose address its ${what} holds`, async () => {
      const app = await look(target, [cluster('hub', hub(target), 'https://hub.example', objects), east()]);
      assert.deepEqual([app.context, app.objectsContext], ['hub', 'east']);
      assert.deepEqual(values(app), ['trace']);
    });
  }

  it('leaves the credentials of the kubeconfig at the edge', async () => {
    await look(bySecret, [cluster('hub', hub(bySecret), 'https://hub.example', secret), east()]);
    assert.deepEqual(
      asked.map(({ addresses }) => addresses),
      [{ value: far }],
    );
    assert.doesNotMatch(JSON.stringify(asked), new RegExp(`${token}|${btoa(kubeconfig).slice(0, 40)}`));
  });

  for (const [what, objects] of [
    ['may not be read', {}],
    ['names a cluster that is not connected', secret],
  ] as const) {
    it(`whose kubeconfig ${what} is shown by its inventory, never compared with where Flux runs`, async () => {
      const app = await look(bySecret, [cluster('hub', hub(bySecret), 'https://hub.example', objects)]);
      assert.deepEqual([app.context, app.objectsContext, values(app)], ['hub', undefined, []]);
      assert.match(
        app.problems[0]?.message ?? '',
        /^It is deployed to the cluster of its kubeConfig \(far\), which is not conn/,
      );
      assert.deepEqual(
        app.resources.map(({ key, diff }) => [key, diff?.verdict, diff?.reason]),
        [
          [
            '/ConfigMap/web/settings',
            'unknown',
            'Its reconciler lists it as applied and says no more of it: the cluster it is deployed to is not connected here.',
          ],
        ],
      );
    });
  }

  it('goes by what runs, not by what is still to be applied', async () => {
    const app = await look(bySecret, [cluster('hub', hub(''), 'https://hub.example', secret), east()]);
    assert.deepEqual([app.objectsContext, values(app)], ['hub', ['of-the-hub']]);
    const other = await look('', [cluster('hub', hub(bySecret), 'https://hub.example', secret), east()]);
    assert.deepEqual([other.objectsContext, values(other)], ['east', ['trace']]);
  });
});

import assert from 'node:assert/strict';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import { valueAt } from '../../../src/core/model/json.ts';
import type { Rendering } from '../../../src/core/model/rendering.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';
import { openPool } from './engineFixture.ts';

const signal = new AbortController().signal;

describe('a Flux Kustomization', () => {
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  const render = async (spec: string, files: Readonly<Record<string, string>>): Promise<Rendering> => {
    const kustomization = `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web, namespace: flux-system}\nspec: {path: ./deploy, sourceRef: {kind: GitRepository, name: a}, ${spec}}\n`;
    const tree = new MemoryTree({ 'flux.yaml': kustomization, ...files });
    const { apps } = await discoverApps(tree, [], signal, pool);
    const app = apps.find(({ kind }) => kind === 'flux-kustomization');
    assert.ok(app !== undefined);
    return renderApp(app, tree, pool, signal);
  };
  const user = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: user, namespace: flux-system}\ndata: {a: "${region}", b: "${zone:-none}", c: "c"}\n';
  const from = (name: string): string => `postBuild: {substituteFrom: [{kind: ConfigMap, name: ${name}}]}`;

  it('takes variables from a ConfigMap that its own build generates', async () => {
    const { objects, problems } = await render(from('vars'), {
      'deploy/kustomization.yaml':
        'namespace: flux-system\nresources: [user.yaml]\nconfigMapGenerator: [{name: vars, literals: [region=eu], options: {disableNameSuffixHash: true}}]\n',
      'deploy/user.yaml': user,
    });
    assert.deepEqual(problems, []);
    const found = objects.find(({ key }) => key.endsWith('/user'));
    assert.deepEqual(valueAt(found?.object, 'data'), { a: 'eu', b: 'none', c: 'c' });
    assert.equal(found?.undecided, undefined);
  });

  it('leaves open exactly the fields that variables from the cluster may decide', async () => {
    const { objects, problems } = await render(from('elsewhere'), { 'deploy/user.yaml': user });
    assert.deepEqual(problems.map(({ severity }) => severity), ['warning']);
    const open = objects.flatMap(({ undecided }) => undecided ?? []);
    assert.deepEqual(open.map(({ path }) => path), ['/data/a', '/data/b']);
    assert.match(open.map(({ why }) => why).join(), /ConfigMap elsewhere, which is not in the repository/);
  });

  it('says which encrypted objects it could not apply', async () => {
    const files = {
      'deploy/s.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: "ENC[AES256_GCM,data:x,type:str]"}\nsops: {mac: "ENC[AES256_GCM,data:x]"}\n',
    };
    const { problems } = await render('prune: true', files);
    assert.deepEqual(problems.map(({ file, severity }) => [file, severity]), [['deploy/s.yaml', 'warning']]);
    assert.match(problems[0]?.message ?? '', /no spec\.decryption/);
    assert.deepEqual((await render('decryption: {provider: sops}', files)).problems, []);
  });

  it('builds without what its source leaves out', async () => {
    const source =
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: a, namespace: flux-system}\nspec: {url: "https://git.example.com/a", ignore: "*-test.yaml"}\n';
    const { objects } = await render('prune: true', {
      'source.yaml': source,
      'deploy/a.yaml': user,
      'deploy/b-test.yaml': user.replace('name: user', 'name: test'),
    });
    assert.deepEqual(objects.map(({ object }) => valueAt(object, 'metadata', 'name')), ['user']);
  });
});

import assert from 'node:assert/strict';
import { objectAt, valueAt } from '../../../src/core/model/json.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { OverlayTree } from '../../../src/core/render/overlayTree.ts';
import { find, openPool, render } from './engineFixture.ts';

const base = {
  'base/kustomization.yaml': 'resources: [deployment.yaml, service.yaml]\n',
  'base/deployment.yaml': [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: {name: web}',
    'spec:',
    '  replicas: 1',
    '  template:',
    '    spec:',
    '      containers: [{name: app, image: "shop/web:1.0"}]',
    '',
  ].join('\n'),
  'base/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n',
};

const overlay = {
  ...base,
  'prod/kustomization.yaml': [
    'resources: [../base]',
    'namespace: shop',
    'images: [{name: shop/web, newTag: "1.4.1"}]',
    'replicas: [{name: web, count: 3}]',
    'patches:',
    '- path: resources.yaml',
    'configMapGenerator:',
    '- name: settings',
    '  literals: [mode=production]',
    '',
  ].join('\n'),
  'prod/resources.yaml': [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: {name: web}',
    'spec: {template: {spec: {containers: [{name: app, resources: {limits: {cpu: 500m}}}]}}}',
    '',
  ].join('\n'),
};

/** Makes `spec.parts` of a Widget a list that is merged by `id`. */
const widgetSchema = {
  definitions: {
    'com.example.v1.Widget': {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            parts: {
              type: 'array',
              items: { type: 'object', properties: { id: { type: 'string' }, size: { type: 'integer' } } },
              'x-kubernetes-patch-merge-key': 'id',
              'x-kubernetes-patch-strategy': 'merge',
            },
          },
        },
      },
      'x-kubernetes-group-version-kind': [{ group: 'example.com', kind: 'Widget', version: 'v1' }],
    },
  },
};

describe('rendering with kustomize as WebAssembly', () => {
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  it('applies patches, images, replicas, namespace and generators', async () => {
    const reply = await render(pool, overlay, 'prod');
    assert.deepEqual(reply.problems, []);
    const { object } = find(reply, 'Deployment', 'web');
    assert.equal(valueAt(object, 'metadata', 'namespace'), 'shop');
    assert.equal(valueAt(object, 'spec', 'replicas'), 3);
    assert.deepEqual(valueAt(object, 'spec', 'template', 'spec', 'containers'), [
      { name: 'app', image: 'shop/web:1.4.1', resources: { limits: { cpu: '500m' } } },
    ]);
    assert.deepEqual(objectAt(find(reply, 'ConfigMap', /^settings-[a-z0-9]{10}$/).object, 'data'), {
      mode: 'production',
    });
  });

  it('says which file or generator each object came from and what changed it, in repository paths', async () => {
    const reply = await render(pool, overlay, 'prod');
    const deployment = find(reply, 'Deployment', 'web');
    assert.deepEqual(deployment.origin, { path: 'base/deployment.yaml', configuredIn: undefined, configuredBy: undefined });
    assert.deepEqual(
      deployment.transformations.map((step) => `${step.configuredBy} in ${step.configuredIn}`),
      [
        'PatchTransformer in prod/kustomization.yaml',
        'NamespaceTransformer in prod/kustomization.yaml',
        'ReplicaCountTransformer in prod/kustomization.yaml',
        'ImageTagTransformer in prod/kustomization.yaml',
      ],
    );
    assert.deepEqual(find(reply, 'ConfigMap', /^settings/).origin, {
      path: undefined,
      configuredIn: 'prod/kustomization.yaml',
      configuredBy: 'ConfigMapGenerator',
    });
  });

  it('gives the same objects without evidence when none is wanted', async () => {
    const signal = new AbortController().signal;
    const request = { path: 'prod', loadRestrictor: 'root-only', withoutEvidence: true } as const;
    const plain = await pool.kustomize(request, new MemoryTree(overlay), signal);
    const full = await render(pool, overlay, 'prod');
    assert.deepEqual(
      plain.objects.map(({ object }) => object),
      full.objects.map(({ object }) => object),
    );
    assert.ok(plain.objects.every(({ origin, transformations }) => !origin && transformations.length === 0));
  });

  it('leaves no trace of the evidence in the objects', async () => {
    const reply = await render(pool, overlay, 'prod');
    for (const { object } of reply.objects) assert.equal(valueAt(object, 'metadata', 'annotations'), undefined);
  });

  it('keeps the tracking annotations that the kustomization itself asks for', async () => {
    const asking = `${overlay['prod/kustomization.yaml']}buildMetadata: [originAnnotations]\n`;
    const reply = await render(pool, { ...overlay, 'prod/kustomization.yaml': asking }, 'prod');
    const deployment = find(reply, 'Deployment', 'web');
    assert.deepEqual(valueAt(deployment.object, 'metadata', 'annotations'), {
      'config.kubernetes.io/origin': 'path: ../base/deployment.yaml\n',
    });
    assert.equal(deployment.transformations.length, 4);
  });

  it('renders what kustomize renders where tracking would have made a patch succeed', async () => {
    const patch = '- target: {kind: Service}\n  patch: "[{op: add, path: /metadata/annotations/a, value: b}]"\n';
    const reply = await render(
      pool,
      { ...base, 'prod/kustomization.yaml': `resources: [../base]\npatches:\n${patch}` },
      'prod',
    );
    assert.deepEqual(reply.objects, []);
    assert.match(reply.problems[0]!.message, /metadata\/annotations/);
  });

  it('keeps the evidence of the others when a patch deletes an object', async () => {
    const patch = '{apiVersion: v1, kind: Service, metadata: {name: web}, $patch: delete}';
    const reply = await render(
      pool,
      { ...base, 'prod/kustomization.yaml': `resources: [../base]\npatches:\n- patch: '${patch}'\n` },
      'prod',
    );
    assert.deepEqual(reply.problems, []);
    assert.deepEqual(
      reply.objects.map(({ object, origin }) => [object.kind, origin?.path]),
      [['Deployment', 'base/deployment.yaml']],
    );
  });

  it('names every file it looked at, absent ones too, and nothing else', async () => {
    const reply = await render(pool, { ...overlay, 'prod/unused.yaml': 'x', 'elsewhere/a.yaml': 'y' }, 'prod');
    const found = reply.reads.filter((read) => read.kind === 'file' && read.digest !== 'absent');
    assert.deepEqual(
      found.map((read) => read.path),
      [
        'base/deployment.yaml',
        'base/kustomization.yaml',
        'base/service.yaml',
        'prod/kustomization.yaml',
        'prod/resources.yaml',
      ],
    );
    const absent = reply.reads.filter((read) => read.digest === 'absent').map((read) => read.path);
    assert.ok(absent.includes('prod/kustomization.yml') && absent.includes('prod/Kustomization'));
  });

  it('reads an unsaved buffer over the tree', async () => {
    const tree = new OverlayTree(
      new MemoryTree(overlay),
      new Map([
        ['base/deployment.yaml', base['base/deployment.yaml'].replace('shop/web:1.0', 'shop/web:2.0-rc')],
        ['prod/kustomization.yaml', 'resources: [../base, new/extra.yaml]\n'],
        ['prod/new/extra.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n'],
      ]),
      'buffers',
    );
    const reply = await render(pool, tree, 'prod');
    assert.match(JSON.stringify(find(reply, 'Deployment', 'web').object), /shop\/web:2\.0-rc/);
    assert.equal(find(reply, 'ConfigMap', 'extra').origin?.path, 'prod/new/extra.yaml');
  });

  it('holds to the load restrictor, and loads files from above without one', async () => {
    const files = {
      'prod/kustomization.yaml': 'configMapGenerator:\n- name: a\n  files: [../shared/motd.txt]\n',
      'shared/motd.txt': 'hello',
    };
    const refused = await render(pool, files, 'prod');
    assert.deepEqual(refused.objects, []);
    assert.match(refused.problems[0]!.message, /shared\/motd\.txt is not in or below prod/);
    assert.equal(refused.problems[0]!.file, 'prod/kustomization.yaml');
    const allowed = await render(pool, files, 'prod', 'none');
    assert.deepEqual(objectAt(find(allowed, 'ConfigMap', /^a-/).object, 'data'), { 'motd.txt': 'hello' });
  });

  it('forgets the schema that an earlier request brought along', async () => {
    const one = openPool({ threads: 1 });
    try {
      const widget = (parts: string): string =>
        `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {parts: [${parts}]}\n`;
      const files = {
        'kustomization.yaml': 'resources: [w.yaml]\npatches: [{path: p.yaml}]\n',
        'w.yaml': widget('{id: a, size: 1}, {id: b, size: 1}'),
        'p.yaml': widget('{id: b, size: 2}'),
      };
      const sizes = async (given: Readonly<Record<string, string>>): Promise<unknown> =>
        valueAt(find(await render(one, given, ''), 'Widget', 'w').object, 'spec', 'parts');
      const withSchema = {
        ...files,
        'kustomization.yaml': `${files['kustomization.yaml']}openapi: {path: schema.json}\n`,
        'schema.json': JSON.stringify(widgetSchema),
      };
      assert.deepEqual(await sizes(withSchema), [
        { id: 'b', size: 2 },
        { id: 'a', size: 1 },
      ]);
      assert.deepEqual(await sizes(files), [{ id: 'b', size: 2 }]);
    } finally {
      one.dispose();
    }
  });
});

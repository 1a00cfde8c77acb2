import assert from 'node:assert/strict';
import { AppCatalog } from '../../../src/core/apps/appCatalog.ts';
import { CachedRenderer } from '../../../src/core/render/cachedRenderer.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { fieldsDecidedBy } from '../../../src/core/provenance/decidedFields.ts';
import { openPool } from './engineFixture.ts';

const signal = new AbortController().signal;

const files = {
  'base/kustomization.yaml': 'resources: [web.yaml]\nconfigMapGenerator:\n- {name: conf, literals: [level=info]}\n',
  'base/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: web, image: 'example.com/web:1.0.0', envFrom: [{configMapRef: {name: conf}}]}
`,
  'eu/kustomization.yaml': 'namespace: eu\nresources: [../base]\nimages:\n- {name: example.com/web, newTag: 1.1.0}\n',
  'us/kustomization.yaml': 'namespace: us\nresources: [../base]\nreplicas: [{name: web, count: 5}]\n',
  'charts/api/Chart.yaml': 'apiVersion: v2\nname: api\nversion: 0.1.0\n',
  'charts/api/values.yaml': 'isPublic: true\nport: 8080\n',
  'charts/api/templates/service.yaml': `apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  ports: [{port: {{ .Values.port }}, name: "p-{{ .Values.port }}"}]
{{- if .Values.isPublic }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: public}
{{- end }}
`,
};

describe('what a scalar decides', function () {
  this.timeout(60_000);
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  const decided = async (file: keyof typeof files, text: string): Promise<unknown> => {
    const tree = new MemoryTree(files);
    const renderer = new CachedRenderer(pool);
    const { apps } = await new AppCatalog(pool).discover(tree, [], signal);
    const rendered = await Promise.all(
      apps.map(async (app) => ({ app, rendering: await renderer.render(app, tree, signal) })),
    );
    const offset = files[file].indexOf(text) + 1;
    const found = await fieldsDecidedBy({ file, offset, apps: rendered, tree, engine: pool }, signal);
    return found?.apps.flatMap(({ app, fields }) =>
      fields.map(({ object, path, effect }) => `${app.name}: ${effect} ${object.split('/').slice(1).join('/')} ${path}`),
    );
  };

  it('is listed over all apps that take it, and not where an overlay overrules it', async () => {
    assert.deepEqual(await decided('base/web.yaml', '2\n'), ['eu: decides Deployment/eu/web /spec/replicas']);
    assert.deepEqual(await decided('us/kustomization.yaml', '5}'), ['us: decides Deployment/us/web /spec/replicas']);
    assert.deepEqual(await decided('eu/kustomization.yaml', '1.1.0'), [
      'eu: decides Deployment/eu/web /spec/template/spec/containers/0/image',
    ]);
  });

  it('is told from what it only moves: names with a hash of it', async () => {
    const both = (namespace: string): readonly string[] => [
      `${namespace}: feeds Deployment/${namespace}/web /spec/template/spec/containers/0/envFrom/0/configMapRef/name`,
      `${namespace}: decides ConfigMap/${namespace}/conf-k4b9tgf9m9 /data/level`,
      `${namespace}: feeds ConfigMap/${namespace}/conf-k4b9tgf9m9 /metadata/name`,
    ];
    assert.deepEqual(await decided('base/kustomization.yaml', 'info'), [...both('eu'), ...both('us')]);
  });

  it('follows values into every field, and switches into objects that come and go', async () => {
    assert.deepEqual(await decided('charts/api/values.yaml', '8080'), [
      'charts/api: decides Service/-/api /spec/ports/0/name',
      'charts/api: decides Service/-/api /spec/ports/0/port',
    ]);
    assert.deepEqual(await decided('charts/api/values.yaml', 'true'), ['charts/api: feeds ConfigMap/-/public ']);
    assert.deepEqual(await decided('charts/api/templates/service.yaml', 'public}'), [
      'charts/api: decides ConfigMap/-/public /metadata/name',
    ]);
  });

  it('is nothing for text that no app takes', async () => {
    assert.equal(await decided('base/kustomization.yaml', 'resources'), undefined);
  });
});

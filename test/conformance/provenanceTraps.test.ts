import assert from 'node:assert/strict';
import { openPool } from '../adapters/engine/engineFixture.ts';
import type { EnginePool } from '../../src/adapters/engine/enginePool.ts';
import { bareApp } from '../../src/core/apps/bareApp.ts';
import { discoverApps } from '../../src/core/apps/appCatalog.ts';
import type { Json } from '../../src/core/model/json.ts';
import { AppExplainer, explainField } from '../../src/core/provenance/explainField.ts';
import { valueAtTokens } from '../../src/core/provenance/exchange.ts';
import { pointerParts } from '../../src/core/model/words.ts';
import { MemoryTree } from '../../src/core/render/memoryTree.ts';
import { renderApp } from '../../src/core/render/renderApp.ts';

const signal = new AbortController().signal;

/** One question: which object (by the end of its key), which field, what it renders, and which place decides it. */
interface Trap {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly object: string;
  readonly path: string;
  readonly value: Json;
  readonly toward?: Json;
  /** `file:line text`, or `unknown`. */
  readonly place: string;
}

const base = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      hostNetwork: true
      containers:
        - name: web
          image: registry.example.com/web:1.0
          args: [--web, --port=80]
`;
const overBase = { 'base/web.yaml': base, 'base/kustomization.yaml': 'resources: [web.yaml]\n' };
const image = '/spec/template/spec/containers/0/image';

const patchWithName = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/web:2.0
`;

const traps: readonly Trap[] = [
  {
    title: 'a key of a merged list stands in base and patch and is neither alone',
    files: {
      ...overBase,
      'prod/kustomization.yaml': 'resources: [../base]\npatches: [{path: p.yaml}]\n',
      'prod/p.yaml': patchWithName,
    },
    object: 'Deployment/-/web',
    path: '/spec/template/spec/containers/0/name',
    value: 'web',
    place: 'unknown',
  },
  {
    title: 'a patch that names its container decides the image',
    files: {
      ...overBase,
      'prod/kustomization.yaml': 'resources: [../base]\npatches: [{path: p.yaml}]\n',
      'prod/p.yaml': patchWithName,
    },
    object: 'Deployment/-/web',
    path: image,
    value: 'registry.example.com/web:2.0',
    place: 'prod/p.yaml:9 registry.example.com/web:2.0',
  },
  {
    title: 'a tag that repeats the tag of the base is decided where it is written last',
    files: {
      ...overBase,
      'prod/kustomization.yaml': 'resources: [../base]\nimages: [{name: registry.example.com/web, newTag: "1.0"}]\n',
    },
    object: 'Deployment/-/web',
    path: image,
    value: 'registry.example.com/web:1.0',
    toward: 'registry.example.com/web:1.1',
    place: 'prod/kustomization.yaml:2 "1.0"',
  },
  {
    title: 'the name of an image whose tag is set cannot be exchanged alone',
    files: {
      ...overBase,
      'prod/kustomization.yaml': 'resources: [../base]\nimages: [{name: registry.example.com/web, newTag: "1.5"}]\n',
    },
    object: 'Deployment/-/web',
    path: image,
    value: 'registry.example.com/web:1.5',
    toward: 'mirror.example.com/web:1.5',
    place: 'unknown',
  },
  {
    title: 'a new name leaves the tag to the base',
    files: {
      ...overBase,
      'prod/kustomization.yaml':
        'resources: [../base]\nimages: [{name: registry.example.com/web, newName: mirror/web}]\n',
    },
    object: 'Deployment/-/web',
    path: image,
    value: 'mirror/web:1.0',
    toward: 'mirror/web:1.1',
    place: 'base/web.yaml:13 1.0',
  },
  {
    title: 'an overlay that sets the namespace of the base again decides it',
    files: {
      'base/rbac.yaml': `apiVersion: v1
kind: ServiceAccount
metadata: {name: runner, namespace: ci}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: runner, namespace: ci}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: edit}
subjects: [{kind: ServiceAccount, name: runner, namespace: ci}]
`,
      'base/kustomization.yaml': 'resources: [rbac.yaml]\n',
      'prod/kustomization.yaml': 'resources: [../base]\nnamespace: ci\n',
    },
    object: 'RoleBinding/ci/runner',
    path: '/subjects/0/namespace',
    value: 'ci',
    place: 'prod/kustomization.yaml:2 ci',
  },
  {
    title: 'a literal is found though the name of its ConfigMap ends in a hash of it',
    files: { 'app/kustomization.yaml': 'configMapGenerator:\n  - name: env\n    literals: [MODE=fast, LEVEL=fast]\n' },
    object: 'ConfigMap/-/env-',
    path: '/data/LEVEL',
    value: 'fast',
    place: 'app/kustomization.yaml:3 fast',
  },
  {
    title: 'a name that ends in a content hash is unknown',
    files: { 'app/kustomization.yaml': 'configMapGenerator:\n  - name: env\n    literals: [MODE=fast]\n' },
    object: 'ConfigMap/-/env-',
    path: '/metadata/name',
    value: 'env-7kcm455446',
    place: 'unknown',
  },
  {
    title: 'a label by which a patch selects is decided by itself',
    files: {
      'base/web.yaml': base.replace('{name: web}', '{name: web, labels: {tier: critical}}'),
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'prod/kustomization.yaml': `resources: [../base]
patches:
  - target: {kind: Deployment, labelSelector: tier=critical}
    patch: |
      {apiVersion: apps/v1, kind: Deployment, metadata: {name: any}, spec: {paused: true}}
`,
    },
    object: 'Deployment/-/web',
    path: '/metadata/labels/tier',
    value: 'critical',
    place: 'base/web.yaml:3 critical',
  },
  {
    title: 'prefixes of two layers are pieces of their own',
    files: {
      ...overBase,
      'prod/kustomization.yaml': 'namePrefix: prod-\nresources: [../base]\n',
      'eu/kustomization.yaml': 'namePrefix: eu-\nresources: [../prod]\n',
    },
    object: 'Deployment/-/eu-prod-web',
    path: '/metadata/name',
    value: 'eu-prod-web',
    toward: 'eu-live-web',
    place: 'prod/kustomization.yaml:1 prod-',
  },
  {
    title: 'the name itself is a piece behind its prefix',
    files: { ...overBase, 'prod/kustomization.yaml': 'namePrefix: prod-\nresources: [../base]\n' },
    object: 'Deployment/-/prod-web',
    path: '/metadata/name',
    value: 'prod-web',
    toward: 'prod-site',
    place: 'base/web.yaml:3 web',
  },
  {
    title: 'a base that is used twice decides both copies',
    files: {
      ...overBase,
      'a/kustomization.yaml': 'namePrefix: a-\nresources: [../base]\n',
      'b/kustomization.yaml': 'namePrefix: b-\nresources: [../base]\nreplicas: [{name: web, count: 2}]\n',
      'all/kustomization.yaml': 'resources: [../a, ../b]\n',
    },
    object: 'Deployment/-/a-web',
    path: '/spec/replicas',
    value: 2,
    place: 'base/web.yaml:5 2',
  },
  {
    title: 'a boolean is decided by its scalar among other true ones',
    files: {
      ...overBase,
      'prod/kustomization.yaml': 'resources: [../base]\nlabels: [{includeSelectors: true, pairs: {x: "true"}}]\n',
    },
    object: 'Deployment/-/web',
    path: '/spec/template/spec/hostNetwork',
    value: true,
    place: 'base/web.yaml:10 true',
  },
  {
    title: 'a label that looks like a boolean is decided by its pair',
    files: {
      ...overBase,
      'prod/kustomization.yaml': 'resources: [../base]\nlabels: [{includeSelectors: true, pairs: {x: "true"}}]\n',
    },
    object: 'Deployment/-/web',
    path: '/spec/selector/matchLabels/x',
    value: 'true',
    place: 'prod/kustomization.yaml:2 "true"',
  },
  {
    title: 'a value that a replacement cuts out of another is computed',
    files: {
      'app/web.yaml': base,
      'app/source.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: source}\ndata: {image: "x:7.7"}\n',
      'app/kustomization.yaml': `resources: [web.yaml, source.yaml]
replacements:
  - source: {kind: ConfigMap, name: source, fieldPath: data.image, options: {delimiter: ":", index: 1}}
    targets: [{select: {kind: Deployment}, fieldPaths: [metadata.name]}]
`,
    },
    object: 'Deployment/-/7.7',
    path: '/metadata/name',
    value: '7.7',
    place: 'unknown',
  },
  {
    title: 'a replacement that writes one piece of a value is the place of that piece',
    files: {
      'app/web.yaml': base,
      'app/source.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: source}\ndata: {tag: v9}\n',
      'app/kustomization.yaml': `resources: [web.yaml, source.yaml]
replacements:
  - source: {kind: ConfigMap, name: source, fieldPath: data.tag}
    targets:
      - select: {kind: Deployment}
        fieldPaths: [spec.template.spec.containers.0.image]
        options: {delimiter: ":", index: 1}
`,
    },
    object: 'Deployment/-/web',
    path: image,
    value: 'registry.example.com/web:v9',
    toward: 'registry.example.com/web:v10',
    place: 'app/source.yaml:4 v9',
  },
  {
    title: 'a quoted value in an inline patch is its text without the quotes',
    files: {
      ...overBase,
      'prod/kustomization.yaml': `resources: [../base]
patches:
  - patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
        annotations:
          note: "two"
`,
    },
    object: 'Deployment/-/web',
    path: '/metadata/annotations/note',
    value: 'two',
    place: 'prod/kustomization.yaml:9 two',
  },
  {
    title: 'an anchor in a patch is the place of its aliases',
    files: {
      ...overBase,
      'prod/kustomization.yaml': 'resources: [../base]\npatches: [{path: p.yaml}]\n',
      'prod/p.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {a: &v one}, annotations: {b: *v}}\n',
    },
    object: 'Deployment/-/web',
    path: '/metadata/annotations/b',
    value: 'one',
    place: 'prod/p.yaml:3 one',
  },
  {
    title: 'a Secret shows the encoded literal',
    files: {
      'app/kustomization.yaml':
        'generatorOptions: {disableNameSuffixHash: true}\nsecretGenerator: [{name: s, envs: [s.env]}]\n',
      'app/s.env': '# pass\nPASS=hunter2\n',
    },
    object: 'Secret/-/s',
    path: '/data/PASS',
    value: 'aHVudGVyMg==',
    place: 'app/s.env:2 hunter2',
  },
  {
    title: 'common metadata of a Flux Kustomization wins over labels of the manifest',
    files: {
      ...overBase,
      'clusters/web.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  path: ./base
  sourceRef: {kind: GitRepository, name: flux-system}
  commonMetadata: {labels: {team: shop}}
`,
    },
    object: 'Deployment/-/web',
    path: '/metadata/labels/team',
    value: 'shop',
    place: 'clusters/web.yaml:7 shop',
  },
  {
    title: 'a word of a text around a Flux variable is a piece',
    files: {
      'app/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {url: "https://${env}.example.com/${env}"}\n',
      'clusters/web.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  path: ./app
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substitute: {env: prod}}
`,
    },
    object: 'ConfigMap/-/a',
    path: '/data/url',
    value: 'https://prod.example.com/prod',
    toward: 'https://prod.example.org/prod',
    place: 'app/a.yaml:4 example.com',
  },
  {
    title: 'a variable that stands twice in a value is no piece of it',
    files: {
      'app/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {url: "${env}/${env}"}\n',
      'clusters/web.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: web, namespace: flux-system}
spec:
  path: ./app
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild: {substitute: {env: prod}}
`,
    },
    object: 'ConfigMap/-/a',
    path: '/data/url',
    value: 'prod/prod',
    toward: 'live/prod',
    place: 'unknown',
  },
  {
    title: 'an Application with one entry in sources decides by its kustomize options',
    files: {
      ...overBase,
      'clusters/web.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  destination: {namespace: shop}
  sources:
    - repoURL: https://git.example.com/a
      path: base
      kustomize: {images: ["registry.example.com/web:3.0"], namespace: store, commonAnnotations: {by: argo}}
`,
    },
    object: 'Deployment/store/web',
    path: image,
    value: 'registry.example.com/web:3.0',
    toward: 'registry.example.com/web:3.1',
    place: 'clusters/web.yaml:9 3.0',
  },
  {
    title: 'an object of a list in a kustomization is found',
    files: {
      'app/kustomization.yaml': 'resources: [list.yaml]\n',
      'app/list.yaml':
        'apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: same}}\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}, data: {x: same}}\n',
    },
    object: 'ConfigMap/-/b',
    path: '/data/x',
    value: 'same',
    place: 'app/list.yaml:5 same',
  },
];

describe('traps on the way to a proven place', function () {
  this.timeout(60_000);
  let pool: EnginePool;

  before(() => {
    pool = openPool();
  });

  after(() => {
    pool.dispose();
  });

  it('finds where an object is declared, though patches carry its name too', async () => {
    const files = {
      ...overBase,
      'prod/kustomization.yaml':
        'namePrefix: p-\nresources: [../base]\npatches: [{path: p.yaml}]\nconfigMapGenerator: [{name: web}]\n',
      'prod/p.yaml': patchWithName,
    };
    const tree = new MemoryTree(files);
    const app = bareApp('kustomize', 'prod');
    const rendering = await renderApp(app, tree, pool, signal);
    const explainer = new AppExplainer({ app, tree, engine: pool, rendering });
    const places = await Promise.all(rendering.objects.map((each) => explainer.locateObject(each.key, signal)));
    assert.deepEqual(
      places.map((each) => `${each?.file ?? ''}:${each?.range.line ?? 0} ${each?.text ?? ''}`),
      ['base/web.yaml:3 web', 'prod/kustomization.yaml:4 web'],
    );
  });

  for (const { title, files, object, path, value, toward, place } of traps) {
    it(title, async () => {
      const tree = new MemoryTree(files);
      const { apps } = await discoverApps(tree, [], signal);
      const app =
        apps.find((each) => each.declared !== undefined) ??
        apps.at(apps.length > 1 && 'eu/kustomization.yaml' in files ? 0 : -1);
      assert.ok(app !== undefined, 'an app is found');
      const rendering = await renderApp(app, tree, pool, signal);
      const found = rendering.objects.find((each) => each.key.includes(`/${object}`));
      assert.ok(
        found !== undefined,
        `rendered are ${rendering.objects.map((each) => each.key).join(', ')} ${JSON.stringify(rendering.problems)}`,
      );
      assert.deepEqual(valueAtTokens(found.object, pointerParts(path)), value);
      const explained = await explainField({ app, tree, engine: pool, key: found.key, path, toward }, signal);
      const shown =
        explained.kind === 'unknown'
          ? 'unknown'
          : `${explained.place.file}:${explained.place.range.line} ${explained.place.text}`;
      assert.equal(shown, place, JSON.stringify(explained));
    });
  }
});

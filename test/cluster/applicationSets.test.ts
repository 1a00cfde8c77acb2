import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ensureBinaries } from '../../scripts/lab/goBinaries.ts';
import { readClusterFacts } from '../../src/core/live/clusterSecrets.ts';
import { encodeBase64 } from '../../src/core/diff/secrets.ts';
import { isList, isObject, listAt, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { MemoryTree } from '../../src/core/render/memoryTree.ts';
import { readYaml } from '../../src/core/yaml/readYaml.ts';
import { openPool } from '../adapters/engine/engineFixture.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;

const files = {
  'apps/web/kustomization.yaml': 'resources: []\n',
  'apps/Db_2/kustomization.yaml': 'resources: []\n',
  'apps/old/x.yaml': 'a: b\n',
  'apps/deep/er/x.yaml': 'a: b\n',
  '.hidden/apps/x.yaml': 'a: b\n',
  'conf/eu/prod/config.json': '{"cluster": {"name": "eu-prod", "replicas": 3, "big": 12000000, "ok": true}, "tags": ["a", "b"]}\n',
  'conf/us/dev/config.yaml': 'cluster: {name: us-dev, replicas: 1, big: 0.5, ok: false}\ntags: []\n',
  'conf/list.yaml': '- {cluster: {name: one}}\n- {cluster: {name: two}}\n',
};

function secret(name: string, server: string, labels: JsonObject, annotations: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `cluster-${name.toLowerCase().replaceAll('_', '-')}`,
      namespace: 'argocd',
      labels: { 'argocd.argoproj.io/secret-type': 'cluster', ...labels },
      annotations,
    },
    data: { name: encodeBase64(name), server: encodeBase64(server), config: encodeBase64('{}') },
  };
}

const clusters = [
  secret('Prod_EU', 'https://eu', { env: 'prod', zone: 'eu' }, { team: 'a' }),
  secret('dev', 'https://dev', { env: 'dev' }),
];

const go = 'goTemplate: true\ngoTemplateOptions: [missingkey=error]\n';
const git = 'repoURL: https://git.example.com/a, revision: HEAD';

function template(name: string, path: string, more = ''): string {
  return `template:
  metadata: {name: '${name}', labels: {l: '${path}'}}
  spec:
    project: default
    source: {repoURL: https://git.example.com/a, targetRevision: HEAD, path: '${path}'${more}}
    destination: {server: https://kubernetes.default.svc, namespace: '${name}'}
`;
}

/** The sets by what they are about; the same text goes to Argo CD's own code and to the engine. */
const sets: Readonly<Record<string, string>> = {
  'list elements': `${go}generators: [{list: {elements: [{name: a, nested: {deep: [1, 2]}}, {name: b, nested: {deep: [3, 4]}}]}}]\n${template('{{.name}}', '{{index .nested.deep 1}}-{{ .name | upper | quote }}')}`,
  'list elements without Go templates': `generators: [{list: {elements: [{name: a, values: {x: one}}, {name: b, values: {x: two}}]}}]\n${template('{{name}}', '{{ values.x }}/{{unknown}}/{{  name  }}')}`,
  'elements as YAML': `${go}generators: [{list: {elementsYaml: "[{name: x, n: 1}, {name: y, n: 1.5}]"}}]\n${template('{{.name}}', '{{.n}}')}`,
  folders: `${go}generators: [{git: {${git}, directories: [{path: apps/*}, {path: apps/old, exclude: true}]}}]\n${template('{{.path.basenameNormalized}}', '{{.path.path}}/{{index .path.segments 0}}/{{.path.basename}}')}`,
  'folders without Go templates': `generators: [{git: {${git}, directories: [{path: "*/*"}], values: {v: '{{path[0]}}-{{path.basename}}'}}}]\n${template('{{path.basenameNormalized}}', '{{path}}/{{values.v}}')}`,
  'folders with two stars': `generators: [{git: {${git}, directories: [{path: "**/*"}]}}]\n${template('{{path.basenameNormalized}}', '{{path}}')}`,
  'files by a glob': `${go}generators: [{git: {${git}, files: [{path: "conf/**/config.*"}], values: {v: '{{.cluster.name}}'}}}]\n${template('{{.cluster.name}}', '{{.path.path}}/{{.path.filename}}/{{.path.filenameNormalized}}/{{.cluster.replicas}}/{{.cluster.big}}/{{.cluster.ok}}/{{.tags}}/{{.values.v}}')}`,
  'files flattened': `generators: [{git: {${git}, files: [{path: conf/*/config.json}]}}]\n${template('{{cluster.name}}', '{{path}}/{{cluster.replicas}}/{{cluster.big}}/{{cluster.ok}}/{{tags.0}}')}`,
  'files that are lists, left out by pattern': `${go}generators: [{git: {${git}, files: [{path: "conf/*"}, {path: "*/eu/*", exclude: true}], pathParamPrefix: f}}]\n${template('{{.cluster.name}}', '{{.f.path.path}}')}`,
  clusters: `${go}generators: [{clusters: {values: {who: '{{.name}}'}}}]\n${template('{{.nameNormalized}}', '{{.server}}/{{.values.who}}/{{.project}}')}`,
  'clusters by label': `generators: [{clusters: {selector: {matchLabels: {env: prod}}}}]\n${template('{{nameNormalized}}', '{{metadata.labels.zone}}/{{metadata.annotations.team}}/{{server}}')}`,
  'clusters by expression': `${go}generators: [{clusters: {selector: {matchExpressions: [{key: zone, operator: DoesNotExist}]}}}]\n${template('{{.name}}', '{{.metadata.labels.env}}')}`,
  'a matrix': `${go}generators: [{matrix: {generators: [{git: {${git}, directories: [{path: apps/*}]}}, {list: {elements: [{env: dev, app: '{{.path.basename}}'}, {env: prod, app: x}]}}]}}]\n${template('{{.path.basenameNormalized}}-{{.env}}', '{{.app}}')}`,
  'a matrix put into patterns': `${go}generators: [{matrix: {generators: [{list: {elements: [{zone: eu}, {zone: us}]}}, {git: {${git}, files: [{path: 'conf/{{.zone}}/*'}]}}]}}]\n${template('{{.cluster.name}}', '{{.zone}}')}`,
  'a matrix whose rows share keys': `${go}generators: [{matrix: {generators: [{list: {elements: [{name: a, m: {x: first, y: ''}, z: ''}]}}, {list: {elements: [{name: b, m: {x: second, y: kept, w: 1}, z: over}]}}]}}]\n${template('{{.name}}', '{{.m.x}}/{{.m.y}}/{{.m.w}}/{{.z}}')}`,
  'a matrix without Go templates': `generators: [{matrix: {generators: [{clusters: {}}, {list: {elements: [{app: one}, {app: two}]}}]}}]\n${template('{{app}}-{{nameNormalized}}', '{{server}}')}`,
  'a merge': `${go}generators: [{merge: {mergeKeys: [name], generators: [{list: {elements: [{name: a, v: {x: 1, y: 2}}, {name: b, v: {x: 1, y: 2}}]}}, {list: {elements: [{name: b, v: {x: 5}}, {name: c, v: {x: 9}}]}}]}}]\n${template('{{.name}}', '{{.v.x}}/{{.v.y}}')}`,
  'a merge without Go templates': `generators: [{merge: {mergeKeys: [server], generators: [{clusters: {values: {r: '1'}}}, {list: {elements: [{server: https://eu, values.r: '2'}]}}]}}]\n${template('{{nameNormalized}}', '{{values.r}}')}`,
  'a matrix in a merge, selected': `${go}generators: [{selector: {matchExpressions: [{key: env, operator: In, values: [prod]}]}, merge: {mergeKeys: [id], generators: [{matrix: {generators: [{list: {elements: [{env: dev}, {env: prod}]}}, {list: {elements: [{id: '{{.env}}-1'}]}}]}}, {list: {elements: [{id: prod-1, extra: yes please}]}}]}}]\n${template('{{.id}}', '{{default "none" .extra}}')}`,
  'a template of a generator': `${go}generators: [{list: {elements: [{name: a}], template: {metadata: {name: '', labels: {own: 'x{{.name}}'}}, spec: {project: default, source: {repoURL: https://git.example.com/b, path: own}, destination: {}}}}}]\n${template('{{.name}}', 'base', ', helm: {releaseName: r}')}`,
  functions: `${go}generators: [{list: {elements: [{name: 'Feature/Some Very_Long NAME.with.dots'}]}}]\n${template('{{.name | normalize}}', '{{slugify .name}} {{slugify 12 .name}} {{slugify 12 false .name}} {{(fromYaml "a: [1, two]").a}} {{fromYamlArray "[1, x]"}} {{toYaml (dict "b" 1 "a" (list 1))}} {{regexReplaceAll "[aeiou]" .name "_" | trunc 9 | trimSuffix "_"}}')}`,
  'a patch': `${go}generators: [{list: {elements: [{name: a, auto: true}, {name: b, auto: false}]}}]\ntemplatePatch: |\n  metadata: {annotations: {k: '{{.name}}'}, finalizers: [more]}\n  spec:\n    project: other\n    source: {helm: {valueFiles: ['{{.name}}.yaml'], releaseName: null}}\n    {{- if .auto}}\n    syncPolicy: {automated: {prune: true}}\n    {{- end}}\n${template('{{.name}}', 'p', ', helm: {releaseName: r, valueFiles: [base.yaml]}')}`,
  'values in an object': `${go}generators: [{list: {elements: [{name: a, n: 3}]}}]\n${template('{{.name}}', 'p', ", helm: {valuesObject: {deep: [{x: '{{.n}}'}], '{{.name}}': 1, none: null}, parameters: [{name: '{{.name}}', value: '{{.n}}'}]}")}`,
  'resources that stay': `${go}syncPolicy: {preserveResourcesOnDeletion: true}\ngenerators: [{list: {elements: [{name: a}]}}]\n${template('{{.name}}', 'p')}`,
  'a missing key': `${go}generators: [{list: {elements: [{name: a}]}}]\n${template('{{.name}}', '{{.none}}')}`,
  'a missing key without the option': `goTemplate: true\ngenerators: [{list: {elements: [{name: a}]}}]\n${template('{{.name}}', '{{.none}}')}`,
  'an unknown function': `${go}generators: [{list: {elements: [{name: a}]}}]\n${template('{{.name}}', '{{env "HOME"}}')}`,
  'a number without Go templates': `generators: [{list: {elements: [{name: a, n: 1}]}}]\n${template('{{name}}', 'p')}`,
  'rows that contradict': `generators: [{matrix: {generators: [{list: {elements: [{name: a}]}}, {list: {elements: [{name: b}]}}]}}]\n${template('{{name}}', 'p')}`,
  'three in a matrix': `generators: [{matrix: {generators: [{list: {elements: []}}, {list: {elements: []}}, {list: {elements: []}}]}}]\n${template('a', 'p')}`,
  'twins in a merge': `${go}generators: [{merge: {mergeKeys: [name], generators: [{list: {elements: [{name: a}, {name: a}]}}, {list: {elements: []}}]}}]\n${template('{{.name}}', 'p')}`,
  'a tag that does not end': `generators: [{list: {elements: [{name: a}]}}]\n${template('{{name}}', '{{name}} {{name')}`,
};

function setOf(spec: string): JsonObject {
  const value = readYaml(spec, 'plain').documents[0]?.value;
  assert.ok(isObject(value), spec);
  const metadata = { name: 'all', namespace: 'argocd' };
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata, spec: value };
}

/** What matters of an Application, without what Go writes for absent things. */
function shown(application: JsonObject): Json {
  const metadata = objectAt(application, 'metadata');
  const kept = ['name', 'namespace', 'labels', 'annotations', 'finalizers'].map((key) => metadata?.[key] ?? null);
  return pruned([kept, application.spec ?? null]);
}

function pruned(value: Json): Json {
  if (isList(value)) return value.map(pruned);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, each]): (readonly [string, Json])[] => {
    const inner = pruned(each);
    const isEmpty = inner === null || inner === '' || (isObject(inner) && Object.keys(inner).length === 0);
    return isEmpty ? [] : [[key, inner]];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function byName(applications: readonly JsonObject[]): readonly JsonObject[] {
  return applications.toSorted((a, b) => {
    const [one, other] = [a, b].map((each) => stringAt(each, 'metadata', 'name') ?? '');
    return (one ?? '') < (other ?? '') ? -1 : 1;
  });
}

describe('ApplicationSets against Argo CD’s own generators', function () {
  this.timeout(600_000);
  const pool = openPool();
  const native = new Map<string, JsonObject>();

  before(async () => {
    const { appsets } = await ensureBinaries(['appsets'], () => undefined);
    const root = await mkdtemp(path.join(tmpdir(), 'plumbline-appsets-'));
    try {
      for (const [file, text] of Object.entries(files)) {
        await mkdir(path.dirname(path.join(root, file)), { recursive: true });
        await writeFile(path.join(root, file), text);
      }
      await run('git', ['init', '-q'], { cwd: root });
      await run('git', ['add', '-A'], { cwd: root });
      const running = run(appsets, [root], { maxBuffer: 64 * 1024 * 1024 });
      const lines = Object.values(sets).map((spec) => JSON.stringify({ set: setOf(spec), clusters }));
      running.child.stdin?.end(lines.join('\n'));
      const replies = (await running).stdout.trim().split('\n');
      for (const [index, name] of Object.keys(sets).entries()) {
        const reply: unknown = JSON.parse(replies[index] ?? 'null');
        assert.ok(isObject(reply));
        native.set(name, reply);
      }
    } finally {
      await rm(root, { recursive: true });
    }
  });
  after(() => {
    pool.dispose();
  });

  for (const [name, spec] of Object.entries(sets)) {
    it(`give the same: ${name}`, async () => {
      const expected = native.get(name) ?? {};
      const facts = readClusterFacts({ items: clusters });
      const reply = await pool.applicationSet({ set: setOf(spec), clusters: facts }, new MemoryTree(files), signal);
      const refusal = stringAt(expected, 'error');
      const problems = reply.problems.map(({ message }) => message);
      assert.equal(problems.length > 0, refusal !== undefined, `${refusal ?? 'no error'} / ${problems.join('; ')}`);
      if (refusal !== undefined) return;
      const wanted = byName(listAt(expected, 'applications').filter(isObject)).map(shown);
      assert.deepEqual(byName(reply.applications.map(({ object }) => object)).map(shown), wanted);
      assert.ok(wanted.length > 0);
    });
  }
});

import assert from 'node:assert/strict';
import { AppCatalog } from '../../../src/core/apps/appCatalog.ts';
import type { HubFacts } from '../../../src/core/apps/hubFacts.ts';
import type { App } from '../../../src/core/model/app.ts';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import { UserError } from '../../../src/core/model/userError.ts';
import type { Remote } from '../../../src/core/ports.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { openPool } from './engineFixture.ts';

const origin: readonly Remote[] = [{ name: 'origin', urls: ['https://git.example.com/platform/apps.git'] }];
const here = 'https://git.example.com/platform/apps';
const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
const signal = new AbortController().signal;

function setOf(spec: string): string {
  return `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec:\n${spec}`;
}

function filesWith(spec: string): Readonly<Record<string, string>> {
  return {
    'set.yaml': setOf(spec),
    'teams/red/a.yaml': configMap,
    'teams/Blue_1/a.yaml': configMap,
    'teams/old/a.yaml': configMap,
    'conf/eu/one.yaml': 'team: red\nreplicas: 3\n',
    'conf/us/two.yaml': 'team: old\nreplicas: 1\n',
  };
}

function shown({ name, source, destination }: App): string {
  if (source.kind === 'here') return `${name} -> ${source.path} in ${destination.namespace ?? ''}`;
  return source.kind === 'unsupported' ? `${name}: ${source.why}` : name;
}

function template(name: string, path: string, namespace: string): string {
  return `  template:\n    metadata: {name: '${name}'}\n    spec:\n      destination: {namespace: '${namespace}'}\n      source: {repoURL: ${here}, path: '${path}'}\n`;
}

const folders = `  generators: [{git: {repoURL: ${here}, directories: [{path: teams/*}, {path: teams/old, exclude: true}]}}]\n`;
const list = '  generators: [{list: {elements: [{env: prod, at: {ns: shop}}, {env: dev, at: {ns: test}}]}}]\n';

const hub: HubFacts = {
  clusters: [
    { name: 'in-cluster', server: 'https://kubernetes.default.svc', project: '', labels: {}, annotations: {}, isLocal: true },
    { name: 'eu', server: 'https://eu', project: '', labels: { env: 'prod' }, annotations: {}, isLocal: false },
  ],
  generated: [],
};

function liveApplication(name: string, set: string): NonNullable<ReturnType<typeof asKubeObject>> {
  const object = asKubeObject({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd', ownerReferences: [{ kind: 'ApplicationSet', name: set }] },
    spec: { destination: { namespace: 'pr' }, source: { repoURL: here, path: 'teams/red' } },
  });
  assert.ok(object !== undefined);
  return object;
}

describe('ApplicationSets', function () {
  this.timeout(60_000);
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  const discover = async (spec: string, facts?: HubFacts): Promise<readonly App[]> => {
    const { apps } = await new AppCatalog(pool).discover(new MemoryTree(filesWith(spec)), origin, signal, facts);
    return apps.filter((each) => each.kind === 'argo-application');
  };

  it('make an Application of every element of a list, and say where it is written', async () => {
    const apps = await discover(`  goTemplate: true\n${list}${template('{{ .env }}-web', 'teams/red', '{{.at.ns | upper}}')}`);
    assert.deepEqual(apps.map(shown), ['dev-web -> teams/red in TEST', 'prod-web -> teams/red in SHOP']);
    assert.deepEqual(
      apps.map(({ declared }) => [declared?.file, declared?.place.text, declared?.generated?.from[0]?.path]),
      [
        ['set.yaml', 'all', '/spec/generators/0/list/elements/1'],
        ['set.yaml', 'all', '/spec/generators/0/list/elements/0'],
      ],
    );
  });

  it('make an Application of every folder that is not excluded', async () => {
    const names = template('{{.path.basenameNormalized}}', '{{.path.path}}', '{{index .path.segments 1}}');
    assert.deepEqual((await discover(`  goTemplate: true\n${folders}${names}`)).map(shown), [
      'blue-1 -> teams/Blue_1 in Blue_1',
      'red -> teams/red in red',
    ]);
    const flat = template('{{path.basenameNormalized}}', '{{path}}', '{{path[1]}}-{{other}}');
    assert.deepEqual((await discover(`${folders}${flat}`)).map(shown), [
      'blue-1 -> teams/Blue_1 in Blue_1-{{other}}',
      'red -> teams/red in red-{{other}}',
    ]);
  });

  it('make Applications of files, joined with the clusters of the hub', async () => {
    const files = `git: {repoURL: ${here}, files: [{path: 'conf/*.yaml'}]}`;
    const spec = `  goTemplate: true\n  generators: [{matrix: {generators: [{clusters: {selector: {matchLabels: {env: prod}}}}, {${files}}]}}]\n${template('{{.name}}-{{.team}}', 'teams/{{.team}}', '{{.path.basename}}')}`;
    const apps = await discover(spec, hub);
    assert.deepEqual(apps.map(shown), ['eu-old -> teams/old in us', 'eu-red -> teams/red in eu']);
    assert.deepEqual(apps[1]?.declared?.generated?.from, [{ path: '', file: 'conf/eu/one.yaml' }]);
  });

  const troubled: readonly (readonly [what: string, spec: string, why: RegExp, line: number])[] = [
    ['clusters', `  generators:\n  - clusters: {selector: {matchLabels: {a: b}}}\n${template('a', 'b', 'c')}`, /Connect to the cluster that Argo CD runs in/, 6],
    ['a plugin', `  generators:\n  - plugin:\n      configMapRef: {name: x}\n${template('a', 'b', 'c')}`, /plugin generator, which only Argo CD can ask/, 6],
    ['a broken template', `  goTemplate: true\n${list}${template('{{ .env | nope }}', 'b', 'c')}`, /function "nope" not defined/, 8],
    ['a missing parameter', `  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n${list}${template('{{ .env }}', 'b', '{{ .no }}')}`, /no entry for key "no"/, 11],
    ['a broken patch', `  goTemplate: true\n  templatePatch: '[1]'\n${list}${template('a', 'b', 'c')}`, /invalid templatePatch/, 6],
    ['another repository', `  generators: [{git: {repoURL: https://git.example.com/x, directories: [{path: '*'}]}}]\n${template('a', 'b', 'c')}`, /another repository \(https:\/\/git\.example\.com\/x\)/, 5],
  ];
  for (const [what, spec, why, line] of troubled) {
    it(`say at the line why they make nothing: ${what}`, async () => {
      const [app, ...others] = await discover(spec);
      assert.deepEqual(others, []);
      assert.match(app === undefined ? '' : shown(app), why);
      const problems = app?.source.kind === 'unsupported' ? app.source.problems : [];
      assert.deepEqual(problems?.map((each) => [each.file, each.line]), [['set.yaml', line]]);
    });
  }

  it('keep one of two Applications of one name, and the generators that can be told beside one that cannot', async () => {
    const twins = await discover(`${list}${template('same', 'teams/red', 'c')}`.replaceAll(/at: \{ns: \w+\}/g, 'a: b'));
    assert.deepEqual(twins.map(shown), ['same -> teams/red in c', 'all: ApplicationSet all contains applications with duplicate name: same']);
    const both = await discover(`  generators: [{list: {elements: [{env: dev}]}}, {scmProvider: {}}]\n${template('{{env}}', 'teams/red', 'c')}`);
    assert.deepEqual(both.map((each) => each.name), ['dev', 'all']);
  });

  it('show the Applications of the hub where only Argo CD knows what a generator gives', async () => {
    const spec = `  generators: [{pullRequest: {}}]\n${template('a', 'b', 'c')}`;
    const apps = await discover(spec, { ...hub, generated: [liveApplication('pr-7', 'all'), liveApplication('x', 'other')] });
    assert.deepEqual(apps.map((each) => shown(each).split(', shown')[0]), [
      'pr-7 -> teams/red in pr',
      'all: This ApplicationSet uses the pullRequest generator, which asks a Git service; shown are the Applications that it made so far.',
    ]);
  });

  it('are asked again only when the set, a file that they looked at or the hub changed', async () => {
    let asked = 0;
    const catalog = new AppCatalog({
      applicationSet: (request, tree, at) => {
        asked += 1;
        return pool.applicationSet(request, tree, at);
      },
    });
    const files = filesWith(`  goTemplate: true\n  generators: [{git: {repoURL: ${here}, files: [{path: 'conf/*.yaml'}]}}]\n${template('{{.team}}', 'teams/{{.team}}', 'c')}`);
    const counts: number[] = [];
    for (const changed of [
      {},
      { 'teams/red/a.yaml': 'other: text\n' },
      { 'conf/eu/one.yaml': 'team: Blue_1\n' },
      { 'conf/eu/three.yaml': 'team: red\n' },
    ]) {
      await catalog.discover(new MemoryTree({ ...files, ...changed }), origin, signal);
      counts.push(asked);
    }
    assert.deepEqual(counts, [1, 1, 2, 3]);
  });

  it('say so when the engine fails on one, beside the other apps', async () => {
    const catalog = new AppCatalog({ applicationSet: () => Promise.reject(new UserError('engine-timeout', 'Too slow.')) });
    const tree = new MemoryTree(filesWith(`${list}${template('a', 'b', 'c')}`));
    const { apps } = await catalog.discover(tree, origin, signal);
    assert.deepEqual(apps.map((each) => each.name), ['all', 'teams/Blue_1', 'teams/old', 'teams/red']);
  });
});

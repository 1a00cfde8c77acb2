import assert from 'node:assert/strict';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import type { App } from '../../../src/core/model/app.ts';
import type { Remote } from '../../../src/core/ports.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';

const origin: readonly Remote[] = [{ name: 'origin', urls: ['https://git.example.com/platform/apps.git'] }];
const here = 'https://git.example.com/platform/apps';
const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

async function discover(spec: string): Promise<readonly App[]> {
  const set = `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec:\n${spec}`;
  const files = {
    'set.yaml': set,
    'teams/red/a.yaml': configMap,
    'teams/Blue_1/a.yaml': configMap,
    'teams/old/a.yaml': configMap,
  };
  const { apps } = await discoverApps(new MemoryTree(files), origin, new AbortController().signal);
  return apps.filter((each) => each.kind === 'argo-application');
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

describe('ApplicationSets', () => {
  it('make an Application of every element of a list', async () => {
    const apps = await discover(`  goTemplate: true\n${list}${template('{{ .env }}-web', 'teams/red', '{{.at.ns}}')}`);
    assert.deepEqual(apps.map(shown), ['dev-web -> teams/red in test', 'prod-web -> teams/red in shop']);
    assert.deepEqual(
      apps.map(({ declared }) => [declared?.file, declared?.place.text, declared?.generated?.element?.at(-1)]),
      [
        ['set.yaml', 'all', 1],
        ['set.yaml', 'all', 0],
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

  const undecided: readonly (readonly [what: string, spec: string, why: RegExp])[] = [
    ['clusters', `  generators: [{clusters: {}}]\n${template('a', 'b', 'c')}`, /uses the clusters generator/],
    ['functions', `  goTemplate: true\n${list}${template('{{ .env | upper }}', 'b', 'c')}`, /template function/],
    ['a patch', `  templatePatch: 'x: y'\n${list}${template('a', 'b', 'c')}`, /templatePatch/],
    [
      'a missing parameter',
      `  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n${list}${template('{{ .no }}', 'b', 'c')}`,
      /not there/,
    ],
    [
      'another repository',
      `  generators: [{git: {repoURL: https://git.example.com/x, directories: [{path: '*'}]}}]\n${template('a', 'b', 'c')}`,
      /another repository/,
    ],
  ];
  for (const [what, spec, why] of undecided) {
    it(`say that they are not evaluated because of ${what}`, async () => {
      const [app, ...others] = await discover(spec);
      assert.deepEqual(others, []);
      assert.match(app === undefined ? '' : shown(app), why);
    });
  }
});

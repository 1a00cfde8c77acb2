import assert from 'node:assert/strict';
import { Overview } from '../../../src/core/overview/overview.ts';
import type { RepoPath } from '../../../src/core/model/place.ts';
import type { RepoReader } from '../../../src/core/ports.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { quickClock } from '../../core/overview/quickClock.ts';
import { plainHasher } from '../../core/overview/unasked.ts';
import { quietLog } from '../../quietLog.ts';
import { openPool } from './engineFixture.ts';

type Files = Readonly<Record<RepoPath, string | Uint8Array>>;

/** A tree that holds files of any bytes. */
class BytesTree extends MemoryTree {
  readonly #bytes: ReadonlyMap<RepoPath, Uint8Array>;

  constructor(files: Files, label: string) {
    super(Object.fromEntries(Object.keys(files).map((path) => [path, ''])), label);
    const bytes = (content: string | Uint8Array): Uint8Array =>
      typeof content === 'string' ? new TextEncoder().encode(content) : content;
    this.#bytes = new Map(Object.entries(files).map(([path, content]) => [path, bytes(content)]));
  }

  override read(path: RepoPath): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#bytes.get(path));
  }
}

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
const remote = 'https://git.example.com/shop.git';
const application = (name: string, more = ''): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${name}}\nspec:\n  source:\n    repoURL: ${remote}\n    path: ${name}\n${more}`;
/** One app of each kind that has to stay what it is. */
const neighbours: Files = {
  'good/kustomization.yaml': 'resources: [a.yaml]\n',
  'good/a.yaml': configMap,
  'fine/Chart.yaml': 'apiVersion: v2\nname: fine\nversion: 0.1.0\n',
  'fine/templates/a.yaml': configMap,
  'plain/a.yaml': configMap,
  'plain.yaml': application('plain'),
};
const neighbourIds = ['argo-application:argocd/plain', 'helm:fine', 'kustomize:good'];

const chart = (template: string, more: Files = {}): Files => ({
  'bad/Chart.yaml': 'apiVersion: v2\nname: bad\nversion: 0.1.0\n',
  'bad/templates/a.yaml': template,
  ...more,
});
const kustomization = (text: string, more: Files = {}): Files => ({ 'bad/kustomization.yaml': text, ...more });
const set = (name: string): Files => ({
  'bad.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: bad}\nspec:\n  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n  generators: [{list: {elements: [{name: x}]}}]\n  template:\n    metadata:\n      name: '${name}'\n    spec: {source: {repoURL: "${remote}", path: plain}}\n`,
});

const binary = Uint8Array.from([0, 1, 2, 255, 254, 10, 0, 200]);
const large = new Uint8Array(50 * 1024 * 1024).fill(120);
const aliases = 'bcdefghi'.replaceAll(/./g, (name) => {
  const below = String.fromCharCode(name.charCodeAt(0) - 1);
  return `${name}: &${name} [${Array(9).fill(`*${below}`).join()}]\n`;
});
const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${aliases}`;

const nested = `  ${'{a: '.repeat(12_000)}1${'}'.repeat(12_000)}\n`;

interface Case {
  readonly title: string;
  readonly files: Files;
  readonly place: string;
  readonly message: RegExp;
}

const cases: readonly Case[] = [
  {
    title: 'a template that does not parse',
    files: chart(`${configMap}data:\n  a: {{ if }}\n`),
    place: 'bad/templates/a.yaml:5',
    message: /missing value for if/,
  },
  {
    title: 'a function that is not there',
    files: chart(`${configMap}data:\n  a: {{ nope 1 }}\n`),
    place: 'bad/templates/a.yaml:5',
    message: /function "nope" not defined/,
  },
  {
    title: 'a values file that is not there',
    files: { ...chart(configMap), 'bad.yaml': application('bad', '    helm:\n      valueFiles: [nope.yaml]\n') },
    place: 'bad.yaml:3',
    message: /bad\/nope\.yaml/,
  },
  {
    title: 'templates that include each other',
    files: chart(`${configMap}data: {{ include "x" . }}\n`, {
      'bad/templates/_h.tpl': '{{ define "x" }}{{ include "y" . }}{{ end }}{{ define "y" }}{{ include "x" . }}{{ end }}',
    }),
    place: 'bad/templates/_h.tpl:1',
    message: /^.{500,700}$/,
  },
  {
    title: 'a template that writes 100 MB',
    files: chart('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "{{ range until 1000 }}{{ repeat 100000 "x" }}{{ end }}"}\n'),
    place: 'bad/templates/a.yaml:1',
    message: /renders to 95 MB.*look for what it repeats/,
  },
  {
    title: 'values that do not parse',
    files: chart(configMap, { 'bad/values.yaml': 'a: b\nc: [\n' }),
    place: 'bad/values.yaml:2',
    message: /did not find expected node content/,
  },
  {
    title: 'binary values',
    files: chart(configMap, { 'bad/values.yaml': binary }),
    place: 'bad/values.yaml:1',
    message: /control characters/,
  },
  {
    title: 'values whose aliases have no end',
    files: chart(configMap, { 'bad/values.yaml': bomb }),
    place: 'bad/values.yaml:1',
    message: /excessive aliasing/,
  },
  {
    title: 'a binary template',
    files: chart(configMap, { 'bad/templates/b.yaml': binary }),
    place: 'bad/templates/b.yaml:1',
    message: /control characters/,
  },
  {
    title: 'a schema that is cut off',
    files: chart(configMap, { 'bad/values.schema.json': '{"type": ', 'bad/values.yaml': 'a: 1\n' }),
    place: 'bad/values.schema.json:1',
    message: /schema is no JSON/,
  },
  {
    title: 'a packed dependency that is no archive',
    files: chart(configMap, { 'bad/charts/dep-1.0.0.tgz': binary }),
    place: 'bad/charts/dep-1.0.0.tgz:1',
    message: /unpacking subchart/,
  },
  {
    title: 'a binary resource',
    files: kustomization('resources: [a.yaml]\n', { 'bad/a.yaml': binary }),
    place: 'bad/a.yaml:1',
    message: /control characters/,
  },
  {
    title: 'a generator over a file of 50 MB',
    files: kustomization('configMapGenerator: [{name: g, files: [b.bin]}]\n', { 'bad/b.bin': large }),
    place: 'bad/b.bin:1',
    message: /50 MB large; files of more than 32 MB are not rendered\. Leave it out/,
  },
  {
    title: 'a manifest of 50 MB',
    files: kustomization('resources: [a.yaml]\n', { 'bad/a.yaml': large }),
    place: 'bad/a.yaml:1',
    message: /50 MB large/,
  },
  {
    title: 'manifests whose aliases have no end',
    files: kustomization('resources: [a.yaml]\n', { 'bad/a.yaml': `${configMap}data:\n${bomb.replaceAll(/^(?=.)/gm, '  ')}` }),
    place: 'bad/a.yaml:12',
    message: /the alias \*g expands to more than a million values/,
  },
  {
    title: 'manifests of a plain folder that are nested without end',
    files: { 'bad/a.yaml': `${configMap}data:\n${nested}`, 'bad.yaml': application('bad') },
    place: 'bad/a.yaml:5',
    message: /more than 500 levels deep/,
  },
  {
    title: 'manifests of a kustomization that are nested without end',
    files: kustomization('resources: [a.yaml]\n', { 'bad/a.yaml': `${configMap}data:\n${nested}` }),
    place: 'bad/a.yaml:5',
    message: /more than 500 levels deep/,
  },
  {
    title: 'bases in a circle that nothing else leads to',
    files: kustomization('resources: [../worse]\n', { 'worse/kustomization.yaml': 'resources: [../bad]\n' }),
    place: 'worse/kustomization.yaml:1',
    message: /cycle detected/,
  },
  {
    title: 'a base that is itself',
    files: kustomization('resources: [.]\n'),
    place: 'bad/kustomization.yaml:1',
    message: /cycle detected/,
  },
  {
    title: 'a set with a function that is not there',
    files: set('{{ .name | nope }}'),
    place: 'bad.yaml:10',
    message: /function "nope" not defined/,
  },
  {
    title: 'a set that asks for a key that no generator gives',
    files: set('{{ .gone }}'),
    place: 'bad.yaml:10',
    message: /no entry for key "gone"/,
  },
];

describe('bad input from the files to the findings', function () {
  this.timeout(120_000);
  const pool = openPool({ threads: 1 });
  after(() => {
    pool.dispose();
  });

  const settled = async (files: Files): Promise<Overview> => {
    const all = { ...neighbours, ...files };
    const state = { head: 'c1', branch: 'main', changes: [], remotes: [{ name: 'origin', urls: [remote] }] };
    const repo: RepoReader = {
      root: '/repository',
      readState: () => Promise.resolve(state),
      openRevision: (revision) => Promise.resolve(new BytesTree(all, revision)),
      openWorkingTree: () => new BytesTree(all, 'working-tree'),
      readLog: () => Promise.resolve([]),
    };
    const overview = new Overview({ repo, engine: pool, health: pool, hasher: plainHasher, clock: quickClock, log: quietLog });
    await overview.refresh();
    await overview.whenSettled(AbortSignal.timeout(100_000));
    return overview;
  };

  for (const { title, files, place, message } of cases) {
    it(`tells of ${title} once, at its place, and of nothing else`, async () => {
      const overview = await settled(files);
      try {
        const { apps, problems } = overview.state;
        const findings = apps.flatMap((each) => each.findings);
        assert.deepEqual(
          findings.map((each) => [each.code, `${each.place?.file ?? '-'}:${each.place?.range.line ?? '-'}`]),
          [['render.failed', place]],
        );
        assert.match(findings[0]?.message ?? '', message);
        assert.deepEqual(problems, []);
        const whole = apps.filter(({ resources, findings: own }) => resources.length === 1 && own.length === 0);
        assert.deepEqual(whole.map(({ app }) => app.id), neighbourIds);
      } finally {
        overview.dispose();
      }
    });
  }

  it('tells of a Chart.yaml that does not parse, though nobody can say which chart it is', async () => {
    const overview = await settled(chart(configMap, { 'bad/Chart.yaml': 'apiVersion: v2\nname: bad\nversion: [\n' }));
    assert.deepEqual(overview.state.problems.map(({ file }) => file), ['bad/Chart.yaml']);
    overview.dispose();
  });

  it('takes a binary file into a generated ConfigMap', async () => {
    const overview = await settled(kustomization('configMapGenerator: [{name: g, files: [b.bin]}]\n', { 'bad/b.bin': binary }));
    const rendering = await overview.renderApp(overview.state.apps.find(({ app }) => app.name === 'bad')?.app.id ?? assert.fail(), 'buffers', new AbortController().signal);
    assert.deepEqual(rendering?.objects.map(({ object }) => object.binaryData), [{ 'b.bin': Buffer.from(binary).toString('base64') }]);
    overview.dispose();
  });
});

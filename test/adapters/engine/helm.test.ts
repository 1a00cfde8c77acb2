import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { stringAt, valueAt } from '../../../src/core/model/json.ts';
import type { Json } from '../../../src/core/model/json.ts';
import { UserError } from '../../../src/core/model/userError.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import type { FileTree, HelmReply, HelmRequest } from '../../../src/core/ports.ts';
import { openPool } from './engineFixture.ts';

const signal = new AbortController().signal;

/** A chart that writes one ConfigMap with the given lines as its data. */
function chart(data: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return {
    'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
    'web/templates/cm.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata:\n${data}`,
    ...more,
  };
}

/** A memory tree with one binary file. */
class PackedTree extends MemoryTree implements FileTree {
  readonly #path: string;
  readonly #content: Uint8Array;

  constructor(files: Readonly<Record<string, string>>, path: string, content: Uint8Array) {
    super({ ...files, [path]: '' });
    this.#path = path;
    this.#content = content;
  }

  override read(path: string, at: AbortSignal): Promise<Uint8Array | undefined> {
    return path === this.#path ? Promise.resolve(this.#content) : super.read(path, at);
  }
}

/** A ustar archive, gzipped (POSIX.1-1988: 512-byte headers, octal numbers). */
function pack(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const content = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(name);
    header.write('0000644\x000000000\x000000000\x00', 100);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        0', 148);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

describe('the Helm engine', () => {
  const pool = openPool();
  after(() => {
    pool.dispose();
  });

  const template = (files: Readonly<Record<string, string>> | FileTree, more: Partial<HelmRequest> = {}) => {
    const tree = 'stat' in files && typeof files.stat === 'function' ? (files as FileTree) : undefined; // edge: a test's own union
    const memory = tree ?? new MemoryTree(files as Readonly<Record<string, string>>);
    const request = { chart: 'web', release: 'web', namespace: 'prod', values: [], ...more };
    return pool.helm(request, memory, signal);
  };
  const dataOf = (reply: HelmReply): Json | undefined => {
    assert.deepEqual(reply.problems, []);
    return valueAt(reply.objects[0]?.object, 'data');
  };
  const problemOf = (reply: HelmReply): HelmReply['problems'][number] => {
    const [problem] = reply.problems;
    assert.ok(problem !== undefined, 'there is a problem');
    assert.deepEqual(reply.objects, []);
    return problem;
  };

  it('lays value files, inline values and single values over each other in order', async () => {
    const files = chart('  all: {{ toJson .Values | quote }}\n', {
      'web/values.yaml': 'a: 1\nb: {c: 1, d: 1}\nl: [1, 2]\ngone: 1\n',
      'envs/prod.yaml': 'a: 2\nb: {c: 2}\nl: [3]\n',
      'motd.txt': 'hello, world',
    });
    const reply = await template(files, {
      values: [
        { kind: 'file', path: 'envs/prod.yaml' },
        { kind: 'text', text: '{"b": {"c": 3}, "gone": null}' },
        { kind: 'set', text: 'e=5,l[0]=7' },
        { kind: 'setString', text: 'f=6' },
        { kind: 'setFile', text: 'motd', path: 'motd.txt' },
      ],
    });
    const all: unknown = JSON.parse(stringAt(dataOf(reply), 'all') ?? '');
    assert.deepEqual(all, { a: 2, b: { c: 3, d: 1 }, e: 5, f: '6', l: [7], motd: 'hello, world' });
  });

  it('takes other files for the chart’s own defaults when told so', async () => {
    const files = chart('  a: {{ .Values.a | quote }}\n  b: {{ .Values.b | quote }}\n', {
      'web/values.yaml': 'a: own\nb: own\n',
      'web/values-prod.yaml': 'a: prod\n',
    });
    assert.deepEqual(dataOf(await template(files, { defaults: ['web/values-prod.yaml'] })), { a: 'prod', b: null });
  });

  it('renders subcharts by alias, condition, tag, imported values and library, from folders and archives', async () => {
    const files = {
      'web/Chart.yaml': `apiVersion: v2
name: web
version: 0.1.0
dependencies:
  - {name: db, alias: first, version: 0.1.0}
  - {name: db, alias: second, version: 0.1.0, condition: second.enabled}
  - {name: cache, version: 0.1.0, tags: [fast]}
  - {name: kit, version: 1.0.0, import-values: [shared]}
`,
      'web/values.yaml': 'second: {enabled: false}\ntags: {fast: false}\nfirst: {port: 7}\n',
      'web/charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 0.1.0\n',
      'web/charts/db/values.yaml': 'port: 5\n',
      'web/charts/db/templates/s.yaml': 'kind: Service\napiVersion: v1\nmetadata: {name: {{ .Chart.Name }}-{{ .Values.port }}}\n',
      'web/charts/cache/Chart.yaml': 'apiVersion: v2\nname: cache\nversion: 0.1.0\n',
      'web/charts/cache/templates/s.yaml': 'kind: Service\napiVersion: v1\nmetadata: {name: cache}\n',
      'web/templates/cm.yaml': 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: {{ include "kit.name" . }}-{{ .Values.size }}}\n',
    };
    const kit = pack({
      'kit/Chart.yaml': 'apiVersion: v2\nname: kit\nversion: 1.0.0\ntype: library\n',
      'kit/values.yaml': 'exports: {shared: {size: xl}}\n',
      'kit/templates/_lib.tpl': '{{ define "kit.name" }}kit{{ end }}',
    });
    const reply = await template(new PackedTree(files, 'web/charts/kit-1.0.0.tgz', kit));
    assert.deepEqual(reply.problems, []);
    assert.deepEqual(
      reply.objects.map(({ object, file }) => [stringAt(object, 'metadata', 'name'), file]),
      [
        ['kit-xl', 'web/templates/cm.yaml'],
        ['first-7', 'web/charts/db/templates/s.yaml'],
      ],
    );
  });

  it('renders a packed chart and names the archive as the file', async () => {
    const archive = pack({
      'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
      'web/templates/cm.yaml': 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n',
    });
    const reply = await template(new PackedTree({}, 'web.tgz', archive), { chart: 'web.tgz' });
    assert.deepEqual([reply.problems, reply.objects.map(({ file }) => file)], [[], ['web.tgz']]);
  });

  it('offers files, tpl and capabilities, and leaves out what .helmignore names', async () => {
    const data = `  conf: {{ .Files.Get "conf/a.txt" | quote }}
  hidden: {{ .Files.Get "conf/b.txt" | quote }}
  tpl: {{ tpl .Values.text . | quote }}
  version: {{ .Capabilities.KubeVersion.Version }}
  has: "{{ .Capabilities.APIVersions.Has "example.com/v1" }} {{ .Capabilities.APIVersions.Has "batch/v1" }} {{ .Capabilities.APIVersions.Has "apiextensions.k8s.io/v1" }}"
`;
    const files = chart(data, {
      'web/conf/a.txt': 'A',
      'web/conf/b.txt': 'B',
      'web/.helmignore': 'conf/b.txt\n',
      'web/values.yaml': 'text: "{{ .Release.Namespace }}"\n',
    });
    const request = { kubeVersion: '1.31', apiVersions: ['example.com/v1'] };
    const expected = { conf: 'A', hidden: '', tpl: 'prod', version: 'v1.31', has: 'true true true' };
    assert.deepEqual(dataOf(await template(files, request)), expected);
    const plain = stringAt(dataOf(await template(files)), 'has');
    assert.equal(plain, 'false true true', 'one request’s versions are not kept for the next');
  });

  it('answers lookups with nothing and tells which were asked', async () => {
    const reply = await template(chart('  a: "{{ len (lookup "v1" "Secret" "prod" "x") }}"\n'));
    assert.deepEqual([dataOf(reply), reply.lookups], [{ a: '0' }, ['v1 Secret prod x']]);
  });

  it('marks hooks and CRDs, passes over notes and empty documents', async () => {
    const files = chart('  a: b\n---\n# nothing\n', {
      'web/crds/crd.yaml': 'kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1\nmetadata: {name: c}\n',
      'web/templates/NOTES.txt': 'Thanks',
      'web/templates/hook.yaml':
        'kind: Job\napiVersion: batch/v1\nmetadata: {name: h, annotations: {helm.sh/hook: "pre-install, test"}}\n',
    });
    const facts = (reply: HelmReply): unknown =>
      reply.objects.map(({ object, hooks, isCrd }) => [object.kind, hooks, isCrd]);
    const release = ['ConfigMap', [], false];
    const hook = ['Job', ['pre-install', 'test'], false];
    assert.deepEqual(facts(await template(files)), [['CustomResourceDefinition', [], true], release, hook]);
    assert.deepEqual(facts(await template(files, { skipCrds: true })), [release, hook]);
  });

  it('places a template’s error at its line and column', async () => {
    const failing = problemOf(await template(chart('  a: b\n  c: {{ required "c is needed" .Values.c }}\n')));
    assert.deepEqual([failing.file, failing.line, failing.column], ['web/templates/cm.yaml', 6, 9]);
    assert.match(failing.message, /c is needed/);
    const unknown = problemOf(await template(chart('  a: {{ nothing }}\n')));
    assert.deepEqual([unknown.file, unknown.line], ['web/templates/cm.yaml', 5]);
    assert.match(unknown.message, /function "nothing" not defined/);
    const broken = problemOf(await template(chart('  a: [\n')));
    assert.equal(broken.file, 'web/templates/cm.yaml');
    const endless = problemOf(
      await template(chart('  a: {{ include "x" . }}\n', { 'web/templates/_x.tpl': '{{ define "x" }}{{ include "x" . }}{{ end }}' })),
    );
    assert.match(endless.message, /nested reference/);
  });

  it('names the value that the chart’s schema refuses', async () => {
    const files = chart('  a: b\n', {
      'web/values.yaml': 'size: {min: many}\n',
      'web/values.schema.json':
        '{"properties": {"size": {"properties": {"min": {"type": "integer"}}}}, "required": ["name"]}',
    });
    const reply = await template(files);
    assert.deepEqual(reply.problems.map((each) => each.values).sort(), ['', '/size/min']);
    assert.match(reply.problems.map((each) => each.message).join(), /want integer/);
    assert.equal((await template(files, { skipSchema: true })).objects.length, 1);
  });

  it('says which chart, dependency or values file is missing or broken', async () => {
    assert.match(problemOf(await template(chart(''), { chart: 'none' })).message, /no chart at none/);
    const values: HelmRequest['values'] = [{ kind: 'text', text: 'a: 1' }, { kind: 'file', path: 'no.yaml' }];
    const missing = problemOf(await template(chart(''), { values }));
    assert.deepEqual([missing.file, missing.layer], ['no.yaml', 1]);
    const broken = problemOf(await template(chart('', { 'v.yaml': 'a: 1\nb: [\n' }), { values: [{ kind: 'file', path: 'v.yaml' }] }));
    assert.equal(broken.file, 'v.yaml');
    assert.ok(broken.line !== undefined && broken.line >= 2);
    const needs = 'apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies: [{name: db, version: 1.0.0, repository: "https://x.example.com"}]\n';
    const unbuilt = problemOf(await template(chart('', { 'web/Chart.yaml': needs })));
    assert.match(unbuilt.message, /depends on db/);
    assert.equal(unbuilt.file, 'web/Chart.yaml');
    const old = 'apiVersion: v2\nname: web\nversion: 0.1.0\nkubeVersion: ">=1.90"\n';
    assert.match(problemOf(await template(chart('', { 'web/Chart.yaml': old }))).message, /needs Kubernetes >=1.90/);
  });

  it('survives charts out of hand and goes on', async () => {
    const single = openPool({ threads: 1, deadlineMs: 5_000 });
    const ask = (data: string, more: Readonly<Record<string, string>> = {}): Promise<HelmReply> => {
      const tree = new MemoryTree(chart(data, more));
      return single.helm({ chart: 'web', release: 'web', namespace: 'prod', values: [] }, tree, signal);
    };
    const isEngineTrouble = (error: unknown): boolean => error instanceof UserError && error.code.startsWith('engine-');
    try {
      const endless = '{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}';
      await assert.rejects(ask(`  a: "${endless}"\n`), isEngineTrouble);
      const itself = { 'web/values.yaml': "t: '{{ tpl .Values.t . }}'\n" };
      await assert.rejects(ask('  a: {{ tpl .Values.t . }}\n', itself), isEngineTrouble);
      const loop = { 'web/templates/_x.tpl': '{{ define "x" }}{{ template "x" . }}{{ end }}' };
      const { problems } = await ask('  a: {{ template "x" . }}\n', loop);
      assert.deepEqual(problems.map((each) => [each.file, each.line]), [['web/templates/_x.tpl', 1]]);
      assert.equal((await ask('  a: b\n')).objects.length, 1);
    } finally {
      single.dispose();
    }
  });

  it('takes turns with kustomize in one thread', async () => {
    const single = openPool({ threads: 1 });
    try {
      const tree = new MemoryTree({
        ...chart('  a: b\n'),
        'kustomization.yaml': 'resources: [a.yaml]\n',
        'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
      });
      const helm = (): Promise<HelmReply> =>
        single.helm({ chart: 'web', release: 'web', namespace: 'prod', values: [] }, tree, signal);
      const replies = await Promise.all([
        helm(),
        single.kustomize({ path: '', loadRestrictor: 'root-only' }, tree, signal),
        helm(),
      ]);
      assert.deepEqual(
        replies.map((each) => each.objects.length),
        [1, 1, 1],
      );
      assert.equal(single.threads, 1);
    } finally {
      single.dispose();
    }
  });
});

import assert from 'node:assert/strict';
import { bareApp } from '../../src/core/apps/bareApp.ts';
import type { Provenance } from '../../src/core/model/provenance.ts';
import type { ResourceKey } from '../../src/core/model/resource.ts';
import { resourceKey } from '../../src/core/model/resource.ts';
import { editFor } from '../../src/core/provenance/editFor.ts';
import { explainField } from '../../src/core/provenance/explainField.ts';
import { MemoryTree } from '../../src/core/render/memoryTree.ts';
import type { EnginePool } from '../../src/adapters/engine/enginePool.ts';
import { openPool } from '../adapters/engine/engineFixture.ts';

const signal = new AbortController().signal;
const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';

describe('traps of charts', function () {
  this.timeout(60_000);
  let pool: EnginePool;

  before(() => {
    pool = openPool();
  });

  after(() => {
    pool.dispose();
  });

  const explain = (
    template: string,
    values: string,
    path: string,
    { toward, name = 'a', more = {} }: { toward?: string; name?: string; more?: Readonly<Record<string, string>> } = {},
  ): Promise<Provenance> => {
    const tree = new MemoryTree({
      'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 0.1.0\n',
      'c/values.yaml': values,
      'c/templates/a.yaml': template,
      ...more,
    });
    const key: ResourceKey = resourceKey({ group: '', kind: 'ConfigMap', namespace: undefined, name });
    return explainField({ app: bareApp('helm', 'c'), tree, engine: pool, key, path, toward }, signal);
  };
  const shown = (found: Provenance): string =>
    found.kind === 'proven' ? `${found.place.file}:${found.place.range.line} ${found.place.text}` : 'unknown';

  const rows: readonly (readonly [what: string, template: string, values: string, path: string, expected: string])[] = [
    [
      'a literal that is only compared',
      `${head}data: {x: {{ if eq .Values.e "prod" }}prod{{ end }}}\n`,
      'e: prod\n',
      '/data/x',
      'c/templates/a.yaml:4 prod',
    ],
    [
      'a value that is only compared',
      `${head}data: {x: {{ ternary "fast" "slow" (eq .Values.m "fast") }}}\n`,
      'm: fast\n',
      '/data/x',
      'c/templates/a.yaml:4 "fast"',
    ],
    ['a digest', `${head}data: {x: {{ sha256sum .Values.v | quote }}}\n`, 'v: a\n', '/data/x', 'unknown'],
    [
      'random text',
      `${head}data: {x: {{ randAlphaNum 8 | quote }}, z: {{ .Values.v }}}\n`,
      'v: abcdefgh\n',
      '/data/x',
      'unknown',
    ],
    [
      'a value beside random text',
      `${head}data: {x: {{ randAlphaNum 8 | quote }}, z: {{ .Values.v }}}\n`,
      'v: abcdefgh\n',
      '/data/z',
      'c/values.yaml:1 abcdefgh',
    ],
    ['a length', `${head}data: {x: {{ len .Values.l | quote }}}\n`, 'l: [a, b]\nn: 2\n', '/data/x', 'unknown'],
    ['an alias', `${head}data: {x: {{ .Values.b.c }}}\n`, 'a: &a {c: one}\nb: *a\n', '/data/x', 'c/values.yaml:1 one'],
    [
      'the last document of a file of values',
      `${head}data: {x: {{ .Values.v }}}\n`,
      'v: one\n---\nv: two\n',
      '/data/x',
      'c/values.yaml:3 two',
    ],
    [
      'a switch',
      `${head}data: {a: b{{ if .Values.x.enabled }}, x: y{{ end }}}\n`,
      'x: {enabled: false}\ny: {enabled: false}\n',
      '/data/x',
      'c/values.yaml:1 false',
    ],
    [
      'two switches of which one is enough',
      `${head}data: {a: b{{ if or .Values.p .Values.q }}, x: y{{ end }}}\n`,
      'p: false\nq: false\n',
      '/data/x',
      'unknown',
    ],
    [
      'two switches that must both be on',
      `${head}data: {a: b{{ if and .Values.p .Values.q }}, x: y{{ end }}}\n`,
      'p: false\nq: false\n',
      '/data/x',
      'unknown',
    ],
    [
      'a text of several lines',
      `${head}data:\n  x: |\n    user = {{ .Values.u }}\n    mode = fast\n`,
      'u: bob\n',
      '/data/x',
      'c/values.yaml:1 bob',
    ],
  ];
  for (const [what, template, values, path, expected] of rows) {
    it(`${what}: ${expected}`, async () => {
      assert.equal(shown(await explain(template, values, path)), expected);
    });
  }

  it('a helper of another chart’s file, and a literal of another template, are told apart', async () => {
    const more = {
      'c/templates/b.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {x: same}\n',
      'c/templates/_h.tpl': '{{ define "h" }}same{{ end }}',
    };
    const found = await explain(`${head}data: {x: {{ include "h" . }}}\n`, '', '/data/x', { more });
    assert.equal(shown(found), 'c/templates/_h.tpl:1 same');
    const other = await explain(`${head}data: {x: {{ include "h" . }}}\n`, '', '/data/x', { more, name: 'b' });
    assert.equal(shown(other), 'c/templates/b.yaml:4 same');
  });

  it('the piece that differs is the one that is meant, and its edit keeps its type', async () => {
    const template = `${head}data: {x: "http://{{ .Values.host }}:{{ .Values.port }}/v1"}\n`;
    const port = await explain(template, 'host: web\nport: 8080\n', '/data/x', { toward: 'http://web:9090/v1' });
    assert.equal(shown(port), 'c/values.yaml:2 8080');
    const edit = editFor(port, 'http://web:9090/v1');
    assert.equal(edit.kind === 'edit' && edit.newText, '9090');
    const host = await explain(template, 'host: web\nport: 8080\n', '/data/x', { toward: 'http://api:8080/v1' });
    assert.equal(shown(host), 'c/values.yaml:1 web');
    const path = await explain(template, 'host: web\nport: 8080\n', '/data/x', { toward: 'http://web:8080/v2' });
    assert.equal(shown(path), 'c/templates/a.yaml:4 v1');
  });

  it('the values that lose and the expression stand beside the one that decides', async () => {
    const template = `${head}data:\n  {{- toYaml .Values.sub.map | nindent 2 }}\n`;
    const more = { 'c/values.yaml': 'sub: {map: {x: two}}\n---\nsub: {map: {x: three}}\n' };
    const found = await explain(template, '', '/data/x', { more });
    assert.equal(shown(found), 'c/values.yaml:3 three');
    assert.deepEqual(
      found.also.map(({ role, place }) => `${role} ${place.file}:${place.range.line} ${place.text}`),
      [
        'overridden-base c/values.yaml:1 two',
        'template c/templates/a.yaml:5 {{- toYaml .Values.sub.map | nindent 2 }}',
      ],
    );
  });
});

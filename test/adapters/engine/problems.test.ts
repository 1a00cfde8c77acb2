import assert from 'node:assert/strict';
import { openPool, render } from './engineFixture.ts';

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n';
const deployment = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n';

interface Case {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly root?: string;
  readonly message: RegExp;
  readonly file?: string;
  readonly line?: number;
}

const cases: readonly Case[] = [
  {
    title: 'a resource that does not exist, on the entry that names it',
    files: { 'prod/kustomization.yaml': 'resources:\n- a.yaml\n- gone.yaml\n', 'prod/a.yaml': configMap },
    message: /^prod\/gone\.yaml does not exist$/,
    file: 'prod/kustomization.yaml',
    line: 3,
  },
  {
    title: 'a resource missing from a base, in the kustomization of the base',
    files: { 'prod/kustomization.yaml': 'resources: [../base]\n', 'base/kustomization.yaml': 'resources:\n- x.yaml\n' },
    message: /^base\/x\.yaml does not exist$/,
    file: 'base/kustomization.yaml',
    line: 2,
  },
  {
    title: 'a base without a kustomization file',
    files: { 'prod/kustomization.yaml': 'resources:\n- ../base\n', 'base/a.yaml': configMap },
    message: /no kustomization\.yaml in "base"/,
    file: 'prod/kustomization.yaml',
    line: 2,
  },
  {
    title: 'a root that is not there',
    files: { 'a.yaml': configMap },
    message: /there is no folder "prod"/,
  },
  {
    title: 'a manifest that does not parse, at its line',
    files: {
      'prod/kustomization.yaml': 'resources: [a.yaml]\n',
      'prod/a.yaml': `${configMap}data:\n  a: b\n  c: d: e\n`,
    },
    message: /mapping values are not allowed/,
    file: 'prod/a.yaml',
    line: 6,
  },
  {
    title: 'a broken second document, at its line in the file',
    files: {
      'prod/kustomization.yaml': 'resources: [a.yaml]\n',
      'prod/a.yaml': `${configMap}---\n${configMap.replace('name: a', 'name: b')}data:\n  c: d: e\n`,
    },
    message: /mapping values are not allowed/,
    file: 'prod/a.yaml',
    line: 9,
  },
  {
    title: 'a key that is written twice',
    files: {
      'prod/kustomization.yaml': 'resources: [a.yaml]\n',
      'prod/a.yaml': `${configMap}data:\n  a: b\n  a: c\n`,
    },
    message: /"a" already (defined|set)/,
    file: 'prod/a.yaml',
    line: 6,
  },
  {
    title: 'a kustomization that does not parse',
    files: { 'prod/kustomization.yaml': 'resources:\n- a.yaml\nimages: [\n', 'prod/a.yaml': configMap },
    message: /./,
    file: 'prod/kustomization.yaml',
    line: 3,
  },
  {
    title: 'a field that kustomize does not know',
    files: { 'prod/kustomization.yaml': 'resources: [a.yaml]\nimage: [{name: x}]\n', 'prod/a.yaml': configMap },
    message: /no field "image"/,
    file: 'prod/kustomization.yaml',
    line: 2,
  },
  {
    title: 'a field of the wrong shape',
    files: { 'prod/kustomization.yaml': 'namespace: x\nresources: a.yaml\n', 'prod/a.yaml': configMap },
    message: /resources cannot be a string/,
    file: 'prod/kustomization.yaml',
    line: 2,
  },
  {
    title: 'an empty kustomization',
    files: { 'prod/kustomization.yaml': '# nothing yet\n' },
    message: /empty/,
    file: 'prod/kustomization.yaml',
  },
  {
    title: 'the same object twice, on the second entry',
    files: {
      'prod/kustomization.yaml': 'resources:\n- a.yaml\n- b.yaml\n',
      'prod/a.yaml': configMap,
      'prod/b.yaml': configMap,
    },
    message: /already registered id/,
    file: 'prod/kustomization.yaml',
    line: 3,
  },
  {
    title: 'a patch for an object that is not there, on the name in the patch',
    files: {
      'prod/kustomization.yaml': 'resources: [a.yaml]\npatches:\n- path: p.yaml\n',
      'prod/a.yaml': configMap,
      'prod/p.yaml': deployment,
    },
    message: /there is no Deployment web/,
    file: 'prod/p.yaml',
    line: 3,
  },
  {
    title: 'an inline patch for an object that is not there, on the name in the block',
    files: {
      'prod/kustomization.yaml': `resources: [a.yaml]\npatches:\n- patch: |-\n${deployment.replaceAll(/^(?=.)/gm, '    ')}`,
      'prod/a.yaml': configMap,
    },
    message: /there is no Deployment web/,
    file: 'prod/kustomization.yaml',
    line: 6,
  },
  {
    title: 'a JSON patch that does not apply, on the step in the patch file',
    files: {
      'prod/kustomization.yaml': 'resources: [a.yaml]\npatches:\n- path: p.yaml\n  target: {kind: ConfigMap}\n',
      'prod/a.yaml': configMap,
      'prod/p.yaml': '- op: add\n  path: /data\n  value: {a: b}\n- op: remove\n  path: /spec/gone\n',
    },
    message: /does not apply: there is nothing to remove at \/spec\/gone/,
    file: 'prod/p.yaml',
    line: 5,
  },
  {
    title: 'an inline JSON patch that does not apply, on the step',
    files: {
      'prod/kustomization.yaml':
        'resources: [a.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |\n    - op: replace\n      path: /spec/gone\n      value: 1\n',
      'prod/a.yaml': configMap,
    },
    message: /does not apply: there is nothing to replace at \/spec\/gone/,
    file: 'prod/kustomization.yaml',
    line: 6,
  },
  {
    title: 'a remote file, which needs the network',
    files: { 'prod/kustomization.yaml': 'resources:\n- https://example.com/all.yaml\n' },
    message: /remote base https:\/\/example\.com\/all\.yaml needs the network/,
    file: 'prod/kustomization.yaml',
    line: 2,
  },
  {
    title: 'a remote Git base, which needs the network',
    files: { 'prod/kustomization.yaml': 'resources:\n- github.com/example/shop//base?ref=v1\n' },
    message: /remote base github\.com\/example\/shop\/\/base\?ref=v1 needs the network/,
    file: 'prod/kustomization.yaml',
    line: 2,
  },
  {
    title: 'Helm charts inside a kustomization',
    files: { 'prod/kustomization.yaml': 'namespace: x\nhelmCharts:\n- name: web\n  repo: https://example.com\n' },
    message: /helmCharts .* need the helm program/,
    file: 'prod/kustomization.yaml',
    line: 2,
  },
  {
    title: 'a plugin that is a program, in the file that configures it',
    files: {
      'prod/kustomization.yaml': 'resources: [a.yaml]\ntransformers: [t.yaml]\n',
      'prod/a.yaml': configMap,
      'prod/t.yaml': [
        'apiVersion: example.com/v1',
        'kind: Sealer',
        'metadata:',
        '  name: s',
        '  annotations: {config.kubernetes.io/function: "exec: {path: ./evil.sh}"}',
        '',
      ].join('\n'),
    },
    message: /plugin Sealer is not run/,
    file: 'prod/t.yaml',
    line: 2,
  },
  {
    title: 'a path that leads out of the repository',
    files: { 'prod/kustomization.yaml': 'resources:\n- ../../../etc\n' },
    message: /\.\.\/\.\.\/\.\.\/etc leads out of the repository/,
    file: 'prod/kustomization.yaml',
    line: 2,
  },
  {
    title: 'a file from outside of the repository even without load restrictions',
    files: { 'prod/kustomization.yaml': 'configMapGenerator:\n- name: a\n  files: [../../etc/passwd]\n' },
    message: /leads out of the repository/,
    file: 'prod/kustomization.yaml',
    line: 3,
  },
  {
    title: 'bases in a circle',
    files: { 'prod/kustomization.yaml': 'resources:\n- ../b\n', 'b/kustomization.yaml': 'resources:\n- ../prod\n' },
    message: /cycle detected/,
    file: 'b/kustomization.yaml',
  },
];

describe('problems of a kustomization', () => {
  const pool = openPool({ threads: 1 });
  after(() => {
    pool.dispose();
  });

  for (const each of cases) {
    it(each.title, async () => {
      const reply = await render(pool, each.files, each.root ?? 'prod', 'none');
      assert.deepEqual(reply.objects, []);
      assert.equal(reply.problems.length, 1);
      const problem = reply.problems[0]!;
      assert.match(problem.message, each.message);
      assert.doesNotMatch(problem.message, /repository\.plumbline/);
      assert.equal(problem.severity, 'error');
      assert.deepEqual([problem.file, problem.line], [each.file, each.line]);
    });
  }
});

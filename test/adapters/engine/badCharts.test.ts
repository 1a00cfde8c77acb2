import assert from 'node:assert/strict';
import { discoverApps } from '../../../src/core/apps/appCatalog.ts';
import type { RenderProblem } from '../../../src/core/model/rendering.ts';
import { UserError } from '../../../src/core/model/userError.ts';
import { MemoryTree } from '../../../src/core/render/memoryTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';
import { openPool } from './engineFixture.ts';

const signal = new AbortController().signal;

describe('charts in a bad state', function () {
  this.timeout(120_000);
  const pool = openPool({ threads: 1 });
  after(() => {
    pool.dispose();
  });

  const good = {
    'good/Chart.yaml': 'apiVersion: v2\nname: good\nversion: 0.1.0\n',
    'good/templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
  };
  const render = async (name: string, files: Readonly<Record<string, string>>): Promise<{ count: number; problems: readonly RenderProblem[] }> => {
    const tree = new MemoryTree({ ...good, ...files });
    const { apps } = await discoverApps(tree, [], signal, pool);
    const app = apps.find((each) => each.name === name);
    assert.ok(app !== undefined, apps.map(({ id }) => id).join());
    const { objects, problems } = await renderApp(app, tree, pool, signal);
    return { count: objects.length, problems };
  };
  const chart = (template: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
    'bad/Chart.yaml': 'apiVersion: v2\nname: bad\nversion: 0.1.0\n',
    'bad/templates/a.yaml': template,
    ...more,
  });
  afterEach(async () => {
    assert.deepEqual(await render('good', {}), { count: 1, problems: [] }, 'nothing else stops');
  });

  it('render with 10 MB of values', async () => {
    const lines = Array.from({ length: 180_000 }, (_, index) => `  key-${index}: "${'v'.repeat(40)}"`);
    const values = `size: 3\nmany:\n${lines.join('\n')}\n`;
    assert.ok(values.length > 10_000_000);
    const { count, problems } = await render('bad', chart('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {n: "{{ len .Values.many }}"}\n', { 'bad/values.yaml': values }));
    assert.deepEqual([count, problems], [1, []]);
  });

  it('end in one clear error when their output explodes', async () => {
    const bomb = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "{{ range until 20000 }}{{ repeat 100000 "x" }}{{ end }}"}\n';
    const outcome = await render('bad', chart(bomb)).catch((error: unknown) => error);
    const said = outcome instanceof UserError ? [outcome] : 'problems' in (outcome as object) ? (outcome as { problems: readonly RenderProblem[] }).problems : [];
    assert.equal(said.length, 1);
    assert.match(said[0]?.message ?? '', /engine|Rendering|Helm broke off|memory/i);
  });

  it('say which file is binary where text is expected, and take binary files as files', async () => {
    const binary = String.fromCharCode(0, 1, 2, 255, 254);
    const { problems } = await render('bad', chart('a: b', { 'bad/templates/b.yaml': `kind: ${binary}\n` }));
    assert.ok(problems.some(({ file, severity }) => file === 'bad/templates/b.yaml' && severity === 'error'), JSON.stringify(problems));
    const fine = await render('bad', chart('apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {f: {{ .Files.Get "logo.bin" | b64enc }}}\n', { 'bad/logo.bin': binary }));
    assert.deepEqual([fine.count, fine.problems], [1, []]);
  });

  it('are told when their dependencies turn in a circle', async () => {
    const files = {
      'bad/Chart.yaml': 'apiVersion: v2\nname: bad\nversion: 0.1.0\ndependencies: [{name: other, version: 0.1.0, repository: "file://../other"}]\n',
      'other/Chart.yaml': 'apiVersion: v2\nname: other\nversion: 0.1.0\ndependencies: [{name: bad, version: 0.1.0, repository: "file://../bad"}]\n',
      'app.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: app}\nspec: {source: {repoURL: "https://git.example.com/a", path: bad}}\n',
    };
    const { problems, count } = await render('app', files);
    assert.equal(count, 0);
    assert.deepEqual(problems.map(({ file, line }) => [file, line]), [['other/Chart.yaml', 4]]);
    assert.match(problems[0]?.message ?? '', /depends on bad, which depends on it in turn/);
  });
});

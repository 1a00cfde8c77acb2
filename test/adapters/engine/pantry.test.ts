import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { DiskTree } from '../../../src/adapters/git/diskTree.ts';
import { AppCatalog } from '../../../src/core/apps/appCatalog.ts';
import type { Discovery } from '../../../src/core/apps/appCatalog.ts';
import type { App } from '../../../src/core/model/app.ts';
import { mountOf } from '../../../src/core/model/remoteNeed.ts';
import type { Provenance } from '../../../src/core/model/provenance.ts';
import type { RenderedObject, Rendering } from '../../../src/core/model/rendering.ts';
import { nameOf } from '../../../src/core/model/resource.ts';
import { AppExplainer } from '../../../src/core/provenance/explainField.ts';
import { valueAtTokens } from '../../../src/core/provenance/exchange.ts';
import { fieldOf } from '../../../src/core/provenance/writing.ts';
import { OverlayTree } from '../../../src/core/render/overlayTree.ts';
import { renderApp } from '../../../src/core/render/renderApp.ts';
import { openPool } from './engineFixture.ts';
import { argoConstructs } from './pantry/argoConstructs.ts';
import type { Constructs, Expectation } from './pantry/expectation.ts';
import { fluxConstructs } from './pantry/fluxConstructs.ts';
import { helmConstructs } from './pantry/helmConstructs.ts';
import { kustomizeConstructs } from './pantry/kustomizeConstructs.ts';

const signal = new AbortController().signal;
const remotes = [{ name: 'origin', urls: ['https://git.pantry.example/shop/pantry.git'] }];
const root = fileURLToPath(new URL('../../../examples/pantry', import.meta.url));
const golden = fileURLToPath(new URL('./pantry/apps.yaml', import.meta.url));
const tables: readonly (readonly [string, Constructs])[] = [
  ['kustomize', kustomizeConstructs],
  ['Helm', helmConstructs],
  ['Argo CD', argoConstructs],
  ['Flux', fluxConstructs],
];

describe('the example pantry', function () {
  this.timeout(60_000);
  const pool = openPool();
  const tree = new DiskTree(root);
  let found: Discovery;
  const explainers = new Map<string, AppExplainer>();
  const rendered = new Map<string, Promise<Rendering>>();
  before(async () => {
    const catalog = new AppCatalog(pool, (app, at, asker) => renderApp(app, at, pool, asker));
    found = await catalog.discover(tree, remotes, signal);
  });
  after(() => {
    pool.dispose();
  });

  const appOf = (id: string): App => {
    const app = found.apps.find((each) => each.id === id || each.id.endsWith(`:${id}`));
    assert.ok(app !== undefined, `no ${id} among ${found.apps.map((each) => each.id).join()}`);
    return app;
  };
  const renderingOf = (app: App): Promise<Rendering> => {
    const known = rendered.get(app.id) ?? renderApp(app, tree, pool, signal);
    rendered.set(app.id, known);
    return known;
  };

  const check = async (expected: Expectation): Promise<void> => {
    const app = appOf(expected.app);
    const rendering = await renderingOf(app);
    if ('says' in expected) {
      assert.equal(rendering.problems.length, 1, JSON.stringify(rendering.problems));
      const [problem] = rendering.problems;
      assert.match(problem?.message ?? '', expected.says);
      assert.equal(lineAt(problem?.file ?? '', problem?.line ?? 0), expected.at);
      return;
    }
    const names = rendering.objects.map(nameWithoutHash);
    if (!('object' in expected)) {
      if (expected.has !== undefined) assert.ok(names.includes(expected.has), names.join());
      if (expected.lacks !== undefined) assert.ok(names.length > 0 && !names.includes(expected.lacks), names.join());
      return;
    }
    const target = rendering.objects[names.indexOf(expected.object)];
    assert.ok(target !== undefined, names.join());
    if (expected.value !== undefined)
      assert.deepEqual(valueAtTokens(target.object, fieldOf(target.key, expected.path).tokens), expected.value);
    const explainer = explainers.get(app.id) ?? new AppExplainer({ app, tree, engine: pool, rendering });
    explainers.set(app.id, explainer);
    const said = await explainer.explain({ key: target.key, path: expected.path }, signal);
    if (typeof expected.from === 'string') assert.equal(wordsOf(said), expected.from);
    else assert.match(said.kind === 'unknown' ? said.why : `proven: ${wordsOf(said)}`, expected.from);
  };

  it('declares these apps, which render to these objects, and says only what is meant to be said', async () => {
    const shown: Record<string, readonly string[]> = {};
    for (const app of found.apps) {
      const { objects, problems } = await renderingOf(app);
      const said = problems.map(({ severity, file, line }) => `${severity} at ${lineAt(file ?? '', line ?? 0)}`);
      shown[app.id] = [...objects.map(nameWithoutHash), ...said];
    }
    assert.deepEqual(found.problems, []);
    // UPDATE_PANTRY=1 writes the file anew, to be read before it is kept.
    if (process.env.UPDATE_PANTRY === '1') writeFileSync(golden, stringify(shown, { lineWidth: 0 }));
    assert.deepEqual(shown, parse(readFileSync(golden, 'utf8')));
  });

  it('says what an ApplicationSet lays down for its Applications beside their content', () => {
    assert.deepEqual(appOf('argocd/store-bern').declared?.generated?.rules, [
      'The set is rolled out in 2 steps (RollingSync); this Application is in step 1.',
      'Argo CD creates and changes it and never deletes it (applicationsSync: create-update).',
      'Its objects stay when the Application is deleted (preserveResourcesOnDeletion).',
      'Left as it is in the cluster: annotation pantry.example/paused-by (preservedFields).',
      'The set does not set back what somebody changes at /spec/source/targetRevision (ignoreApplicationDifferences).',
    ]);
    assert.match(
      appOf('argocd/store-chur').declared?.generated?.rules[0] ?? '',
      /this Application is in step 2, 50% of the step at once/,
    );
    assert.deepEqual(appOf('argocd/depot-north').declared?.generated?.rules, []);
  });

  it('renders what is in another repository once that was fetched', async () => {
    const need = { kind: 'git', url: 'https://git.pantry.example/shop/partner-feed.git', revision: 'v2.4.0' } as const;
    const chart = 'apiVersion: v2\nname: feed\nversion: 1.0.0\n';
    const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: feed}\ndata: {of: {{ .Release.Name }}}\n';
    const fetched = new Map([
      [`${mountOf(need)}/deploy/Chart.yaml`, chart],
      [`${mountOf(need)}/deploy/templates/feed.yaml`, template],
    ]);
    const { objects, problems } = await renderApp(appOf('argocd/partner-feed'), new OverlayTree(tree, fetched, 'fetched'), pool, signal);
    assert.deepEqual(problems, []);
    assert.deepEqual(objects.map(({ key, object }) => [key, object.data]), [['/ConfigMap/partner-feed/feed', { of: 'partner-feed' }]]);
  });

  for (const [what, constructs] of tables) {
    describe(`has what ${what} can do`, () => {
      for (const [name, expectations] of Object.entries(constructs)) {
        it(name, async () => {
          for (const expected of expectations) await check(expected);
        });
      }
    });
  }
});

function wordsOf(said: Provenance): string {
  return said.kind === 'proven' ? lineAt(said.place.file, said.place.range.line) : `unknown: ${said.why}`;
}

function lineAt(file: string, line: number): string {
  const text = file === '' ? '' : readFileSync(path.join(root, file), 'utf8');
  return `${file}: ${(text.split('\n')[line - 1] ?? '').trim()}`;
}

/** The hash that kustomize ends a generated name with changes with the content. */
function nameWithoutHash({ object }: RenderedObject): string {
  return `${object.kind} ${nameOf(object).replace(/-[0-9a-z]{10}$/, '')}`;
}

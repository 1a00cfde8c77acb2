import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { type ControlPlane, startControlPlane } from '../../scripts/lab/controlPlane.ts';
import { eventually } from '../../scripts/lab/eventually.ts';
import { ensureBinaries, modulesKey } from '../../scripts/lab/goBinaries.ts';
import { readCrds } from '../../scripts/lab/crds.ts';
import { applyManifests, bindKubectl, type Kubectl } from '../../scripts/lab/kubectl.ts';
import { createSecretHasher } from '../../src/adapters/cluster/secretHasher.ts';
import type { ObjectDiff } from '../../src/core/model/difference.ts';
import { builtIn } from '../../src/core/diff/schema/builtInSchemas.ts';
import type { TypeSchemas } from '../../src/core/diff/schema/typeSchemas.ts';
import { systemClock } from '../../src/adapters/cluster/systemClock.ts';
import { ClusterSchemas } from '../../src/core/overview/clusterSchemas.ts';
import { createConnector } from '../../src/adapters/cluster/clusterBundle.ts';
import { listAt, objectAt, stringAt, valueAt } from '../../src/core/model/json.ts';
import { type Applier, appliersOf } from '../surface/appliers.ts';
import { chooseEdit, expectedDifference, makeEdit } from '../surface/edits.ts';
import { unknownDefaults } from '../surface/serverDefaults.ts';
import { pathOfObject } from '../surface/identity.ts';
import { seededRandom } from '../surface/random.ts';
import {
  type Applied,
  compareApplied,
  compareWith,
  declare,
  describeDiff,
  makeNamespaces,
  makeSamples,
  type Samples,
} from '../surface/surface.ts';
import { SurfaceApi } from '../surface/surfaceApi.ts';
import { readSurface, type Surface, type SurfaceKind } from '../surface/surfaceKinds.ts';
import { quietLog } from '../quietLog.ts';

// The first run on a machine compiles Kubernetes.
const withBuild = 20 * 60_000;
const seed = Number(process.env.PLUMBLINE_SEED ?? 2);
const wantedEdits = 200;
const richnesses = [0, 0.4, 0.8, 0.9];

describe('differences over the whole API surface', () => {
  const tools = { schemas: builtIn, hasher: createSecretHasher() };
  const random = seededRandom(seed);
  const applied: Applied[] = [];
  let dir: string;
  let plane: ControlPlane;
  let api: SurfaceApi;
  let appliers: readonly Applier[];
  let surface: Surface;
  let made: Samples;

  before(async function () {
    this.timeout(withBuild);
    dir = await mkdtemp(join(tmpdir(), 'plumbline-surface-'));
    const { kubectl } = await ensureBinaries(['kubectl'], console.log);
    plane = await startControlPlane({ dir, progress: console.log });
    api = new SurfaceApi(plane);
    appliers = appliersOf(api, bindKubectl(kubectl, plane));
    surface = await readSurface(api);
    made = await makeSamples(api, random, surface.kinds, richnesses);
    console.log(`      seed ${seed}: ${made.samples.length} samples of ${surface.kinds.length} kinds`);
    for (const line of surface.leftOut) console.log(`      left out: ${line}`);
    console.log(`      this server forgets: ${made.forgotten.join(', ')}`);
  });

  after(async function () {
    this.timeout(30_000);
    api.close();
    await plane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('has samples of every kind that can be created and read back', () => {
    assert.deepEqual(made.unsolved, []);
    assert.ok(surface.kinds.length > 50, `only ${surface.kinds.length} kinds`);
  });

  it('finds custom resources of Argo CD, Flux and the cases in sync by the definitions of the cluster', async () => {
    const { kubectl } = await ensureBinaries(['kubectl'], console.log);
    await installDefinitions(bindKubectl(kubectl, plane));
    const stored = await readStoredVersions();
    const custom = await readSurface(api, (apiVersion) => stored.has(apiVersion));
    const samples = await makeSamples(api, random, custom.kinds, richnesses);
    assert.deepEqual(samples.unsolved, []);
    const schemas = await readSchemas(custom.kinds);
    console.log(`      ${samples.samples.length} samples of ${custom.kinds.map(({ kind }) => kind).join(', ')}`);
    for (const [index, applier] of appliers.entries()) {
      const place = index + appliers.length;
      await makeNamespaces(api, isThere, place);
      const declared = declare(samples.samples, place);
      const refusals = await applier.apply(declared);
      assert.deepEqual(
        refusals.filter((each) => each !== undefined),
        [],
      );
      const own = declared.map((each) => ({ ...each, applier }));
      const diffs = await Promise.all(own.map(async (each) => [each, await compareApplied(api, each, { ...tools, schemas })] as const));
      const wrong = diffs.filter(([, diff]) => diff.verdict !== 'in-sync');
      assert.deepEqual(
        wrong.map(([each, diff]) => describeDiff(each, diff)),
        [],
      );
    }
  });

  it('knows of every value that the server writes where nothing is declared that it would come back', () => {
    assert.deepEqual([...new Set(made.samples.flatMap(unknownDefaults))], []);
  });

  const names = [
    'Argo CD, client-side',
    'Argo CD, server-side',
    'Flux kustomize',
    'Flux Helm',
    'kubectl, client-side',
    'kubectl, server-side',
  ];
  for (const [index, name] of names.entries()) {
    it(`finds every kind in sync after an apply in the manner of ${name}`, async () => {
      const applier = appliers[index];
      assert.equal(applier?.name, name);
      await makeNamespaces(api, isThere, index);
      const declared = declare(made.samples, index);
      const refusals = await applier.apply(declared);
      assert.deepEqual(
        refusals.filter((each) => each !== undefined),
        [],
      );
      const own = declared.map((each) => ({ ...each, applier }));
      const diffs = await Promise.all(own.map(async (each) => [each, await compareApplied(api, each, tools)] as const));
      applied.push(...own.filter((each) => !isAggregated(each) && !isNeverArgos(each)));
      const wrong = diffs.filter(([each, diff]) => !isHeldByRight(each, diff) && (diff.verdict !== 'in-sync' || isNeverArgos(each)));
      assert.deepEqual(
        wrong.map(([each, diff]) => describeDiff(each, diff)),
        [],
      );
    });
  }

  it(`finds ${wantedEdits} random edits by another manager, each alone, in its place and with its writer`, async () => {
    const open = [...applied];
    const outcomes = new Map<string, number>();
    const wrong: string[] = [];
    while ((outcomes.get('made') ?? 0) < wantedEdits && open.length > 0) {
      const [each] = open.splice(Math.floor(random.next() * open.length), 1);
      const edit = each && chooseEdit(random, each.kind, each.object);
      if (each === undefined || edit === undefined) continue;
      const outcome = await makeEdit(api, pathOfObject(each.kind, each.object), edit);
      outcomes.set(outcome.kind, (outcomes.get(outcome.kind) ?? 0) + 1);
      if (outcome.kind !== 'made') continue;
      const diff = compareWith(each, outcome.live, tools);
      const found = diff.fields.map(({ path, change, by }) => (by === undefined ? { path, change } : { path, change, by }));
      const expected = [expectedDifference(each.object, edit, outcome.live)];
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        wrong.push(`${JSON.stringify(edit)} of ${each.applier.name}: ${describeDiff(each, diff)}`);
      }
    }
    console.log(`      seed ${seed}: ${JSON.stringify(Object.fromEntries(outcomes))}`);
    assert.deepEqual(wrong, []);
    assert.equal(outcomes.get('made'), wantedEdits);
  });

  /** Kubernetes itself writes the rules of an aggregated role, sooner or later, whatever its declaration says. */
  function isAggregated({ object }: Applied): boolean {
    return object.kind === 'ClusterRole' && objectAt(object, 'aggregationRule') !== undefined;
  }

  /** Argo CD itself never looks at these kinds, whatever its settings say (argo-cd `resources_filter.go`). */
  function isNeverArgos({ object: { apiVersion, kind }, applier }: Applied): boolean {
    return applier.name.startsWith('Argo CD') && (kind === 'Event' || (kind === 'Lease' && apiVersion.startsWith('coordination')));
  }

  function isHeldByRight(each: Applied, diff: ObjectDiff): boolean {
    return isNeverArgos(each) ? diff.verdict === 'skipped' : diff.verdict === 'external' && isAggregated(each);
  }

  async function installDefinitions(kubectl: Kubectl): Promise<void> {
    const cases = await readFile(new URL('../cases/diff/crds.yaml', import.meta.url), 'utf8');
    const key = await modulesKey();
    const texts = [cases, await readCrds('argocd', key), await readCrds('flux', key)];
    await applyManifests(kubectl, texts.join('\n---\n'));
    await eventually('the definitions in OpenAPI', async () => {
      const paths = Object.keys(objectAt((await api.get('/openapi/v3')).body, 'paths') ?? {});
      return ['argoproj.io/', 'kustomize.toolkit', 'source.toolkit', 'example'].every((part) =>
        paths.some((path) => path.includes(part)),
      )
        ? true
        : undefined;
    });
  }

  /** Other versions forget what the stored one does not know, so they are not part of the surface. */
  async function readStoredVersions(): Promise<ReadonlySet<string>> {
    const list = (await api.get('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')).body;
    const versions = listAt(list, 'items').flatMap((item) =>
      listAt(item, 'spec', 'versions')
        .filter((version) => valueAt(version, 'storage') === true)
        .map((version) => `${stringAt(item, 'spec', 'group') ?? ''}/${stringAt(version, 'name') ?? ''}`),
    );
    return new Set(versions.filter((each) => !each.includes('surface.example.com')));
  }

  /** As the product reads them: those of the custom kinds alone where the server is of the table's version. */
  async function readSchemas(kinds: readonly SurfaceKind[]): Promise<TypeSchemas> {
    const options = { kubeconfig: plane.kubeconfig, allowExec: () => false, hasher: tools.hasher, log: quietLog };
    const signal = AbortSignal.timeout(30_000);
    const connection = await createConnector(options).connect(plane.context, signal);
    const served = await connection.readKinds(signal);
    const events = { onChange: () => undefined, onKinds: () => undefined };
    const schemas = new ClusterSchemas(connection, systemClock, signal, events);
    schemas.want(served.filter((each) => kinds.some(({ apiVersion, kind }) => `${each.group}/${each.version}` === apiVersion && each.kind === kind)), undefined);
    await eventually('the schemas', () => Promise.resolve(schemas.isReading ? undefined : true));
    connection.close();
    return schemas.types;
  }

  async function isThere(path: string): Promise<void> {
    await eventually(path, async () => ((await api.get(path)).status === 200 ? true : undefined));
  }
});

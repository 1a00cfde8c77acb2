import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { compareObject } from '../../../src/core/diff/compareObject.ts';
import { builtIn } from '../../../src/core/diff/schema/builtInSchemas.ts';
import { builtInVersion } from '../../../src/core/diff/schema/builtInTypes.ts';
import { definedSchemas } from '../../../src/core/diff/schema/publishedSchemas.ts';
import type { TypeSchemas } from '../../../src/core/diff/schema/typeSchemas.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import { keyOf } from '../../../src/core/model/resource.ts';
import type {
  ClusterConnection,
  Clock,
  LiveEvent,
  PublishedSchemas,
  ServedKind,
  WatchTarget,
} from '../../../src/core/ports.ts';
import { AppSchemas, ClusterSchemas } from '../../../src/core/overview/clusterSchemas.ts';

const served = (group: string, kind: string, plural: string): ServedKind => ({
  ...{ group, version: 'v1', kind, plural, isNamespaced: true, isPreferred: true },
  verbs: ['list', 'watch'],
});

const definition: JsonObject & KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.stable.example.com' },
  spec: {
    group: 'stable.example.com',
    names: { kind: 'Widget', plural: 'widgets' },
    scope: 'Namespaced',
    versions: [{ name: 'v1', schema: { openAPIV3Schema: widgetSchema() } }],
  },
};

function widgetSchema(): JsonObject {
  const items = { type: 'object', properties: { name: { type: 'string' }, size: { type: 'integer' } } };
  const keyed = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
  const parts = { type: 'array', items, ...keyed };
  return { type: 'object', properties: { spec: { type: 'object', properties: { parts } } } };
}

const published: PublishedSchemas = { hash: 'A', document: definedSchemas([definition]) };
const widgets = served('stable.example.com', 'Widget', 'widgets');
const at = 'stable.example.com/v1';

/** A clock without waiting; it remembers how long it was asked to wait. */
class NoWaits implements Clock {
  readonly waits: number[] = [];
  now(): Date {
    return new Date(0);
  }
  delay(ms: number): Promise<void> {
    this.waits.push(ms);
    return Promise.resolve();
  }
}

/** A cluster that publishes what `answers` says, one after the other and the last one for ever, and what it was asked. */
class Publisher {
  readonly asked: string[] = [];
  readonly told: string[] = [];
  readonly clock = new NoWaits();
  readonly schemas: ClusterSchemas;
  say: ((event: LiveEvent) => void) | undefined;
  target: WatchTarget | undefined;

  constructor(answers: readonly (() => Promise<PublishedSchemas | undefined>)[]) {
    const connection: ClusterConnection = {
      context: 'prod',
      readKinds: () => Promise.resolve([]),
      readSchemas: (apiVersion, _signal, anew = false) => {
        const answer = answers[Math.min(this.asked.length, answers.length - 1)];
        this.asked.push(`${apiVersion}${anew ? ' anew' : ''}`);
        return answer?.() ?? Promise.resolve(undefined);
      },
      follow: (target, onEvent) => {
        assert.equal(this.say, undefined, 'followed once');
        this.say = onEvent;
        this.target = target;
        return { close: () => undefined };
      },
      send: () => Promise.reject(new Error('nothing else is asked')),
      close: () => undefined,
    };
    this.schemas = new ClusterSchemas(connection, this.clock, new AbortController().signal, {
      onChange: () => this.told.push('change'),
      onKinds: () => this.told.push('kinds'),
    });
  }

  /** What was told once nothing is under way any more. */
  async settled(): Promise<readonly string[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.told.splice(0);
  }

  see(type: 'changed' | 'deleted', name: string, resourceVersion: string): void {
    const object = { ...definition, metadata: { name, resourceVersion } };
    if (this.target !== undefined) this.say?.({ type, target: this.target, object });
  }

  list(...names: readonly string[]): void {
    const objects = names.map((name) => ({ ...definition, metadata: { name, resourceVersion: '1' } }));
    if (this.target !== undefined) this.say?.({ type: 'listed', target: this.target, objects });
  }
}

const found = (): Promise<PublishedSchemas> => Promise.resolve(published);
const nothing = (): Promise<undefined> => Promise.resolve(undefined);
const rendering = { objects: [], problems: [], reads: [] };
const two = [
  { name: 'a', size: 1 },
  { name: 'b', size: 2 },
];

function verdict(schemas: TypeSchemas): string {
  const widget = (parts: readonly JsonObject[]): KubeObject => ({
    apiVersion: at,
    kind: 'Widget',
    metadata: { name: 'w' },
    spec: { parts },
  });
  return compareObject({
    desired: widget(two),
    live: widget(two.toReversed()),
    manager: { tool: 'argocd-ssa', fieldManager: 'argocd-controller' },
    schemas,
  }).verdict;
}

describe('the schemas of a cluster', () => {
  it('are read once for each group of custom kinds, and not for kinds that the table knows', async () => {
    const cluster = new Publisher([found]);
    const { schemas } = cluster;
    const kinds = [widgets, served('', 'ConfigMap', 'configmaps'), served('apps', 'Deployment', 'deployments')];
    schemas.want(kinds, `v${builtInVersion}.9`);
    schemas.want(kinds, `v${builtInVersion}.9`);
    assert.ok(schemas.awaits(at) && !schemas.awaits('apps/v1'));
    assert.deepEqual([await cluster.settled(), cluster.asked], [['change'], [at]]);
    assert.equal(schemas.isReading, false);
    assert.equal(verdict(schemas.types), 'in-sync');
    assert.equal(schemas.types.typeOf('v1', 'ConfigMap'), builtIn.typeOf('v1', 'ConfigMap'));
  });

  it('are read for built-in kinds too where the server is of another version than the table', async () => {
    const cluster = new Publisher([nothing]);
    cluster.schemas.want(
      [served('', 'ConfigMap', 'configmaps'), served('apps', 'Deployment', 'deployments')],
      'v1.99.0',
    );
    await cluster.settled();
    assert.deepEqual(cluster.asked, ['v1', 'apps/v1']);
    assert.equal(cluster.schemas.types, builtIn, 'what is not published leaves the table as it is');
  });

  it('are missing where they may not be read', async () => {
    const cluster = new Publisher([nothing]);
    cluster.schemas.want([widgets], undefined);
    assert.deepEqual(await cluster.settled(), ['change']);
    assert.deepEqual([cluster.schemas.types, cluster.schemas.isReading], [builtIn, false]);
  });

  it('are asked for again later when the cluster could not be reached', async () => {
    const cluster = new Publisher([() => Promise.reject(new Error('no way there')), found]);
    cluster.schemas.want([widgets], undefined);
    await cluster.settled();
    cluster.schemas.want([widgets], undefined);
    assert.equal(cluster.schemas.isReading, true);
    await cluster.settled();
    assert.equal(verdict(cluster.schemas.types), 'in-sync');
  });

  it('are read again until they are others when their definition changes, and forgotten when it goes', async () => {
    const other = { ...published, hash: 'B' };
    const cluster = new Publisher([found, found, found, () => Promise.resolve(other), nothing]);
    const { schemas } = cluster;
    schemas.want([widgets], undefined);
    schemas.follow();
    schemas.follow();
    assert.equal(cluster.target?.isMetadataOnly, true);
    const name = 'widgets.stable.example.com';
    cluster.list(name);
    assert.deepEqual(await cluster.settled(), ['change']);
    cluster.list(name);
    assert.deepEqual([await cluster.settled(), cluster.asked.length], [[], 1], 'the same again');
    const before = schemas.types;
    cluster.see('changed', name, '2');
    assert.deepEqual(
      [await cluster.settled(), cluster.clock.waits],
      [
        ['kinds', 'change'],
        [500, 2000],
      ],
    );
    assert.notEqual(schemas.types, before);
    assert.equal(cluster.asked.at(-1), `${at} anew`);
    cluster.see('changed', 'gears.other.example.com', '3');
    assert.deepEqual([await cluster.settled(), cluster.asked.length], [['kinds'], 4], 'not wanted, so not read');
    assert.equal(schemas.isIn([widgets]), false);
    assert.equal(schemas.isIn([widgets, served('other.example.com', 'Gear', 'gears')]), true);
    cluster.see('deleted', name, '4');
    assert.deepEqual([await cluster.settled(), schemas.types], [['kinds', 'change'], builtIn]);
    assert.deepEqual(cluster.clock.waits, [500, 2000, 500, 2000, 8000], 'it might be published again');
  });

  it('keep what is known when they cannot be read again', async () => {
    const cluster = new Publisher([found, () => Promise.reject(new Error('no way there'))]);
    cluster.schemas.want([widgets], undefined);
    cluster.schemas.follow();
    cluster.list('widgets.stable.example.com');
    await cluster.settled();
    cluster.see('changed', 'widgets.stable.example.com', '2');
    await cluster.settled();
    assert.equal(verdict(cluster.schemas.types), 'in-sync');
  });

  it('are waited for when a definition has just come, since a server publishes them a moment later', async () => {
    const cluster = new Publisher([nothing, nothing, found]);
    cluster.schemas.follow();
    cluster.list();
    cluster.see('changed', 'widgets.stable.example.com', '1');
    cluster.schemas.want([widgets], undefined);
    assert.equal(cluster.schemas.awaits(at), true);
    await cluster.settled();
    assert.deepEqual(cluster.clock.waits, [500, 2000]);
    assert.equal(verdict(cluster.schemas.types), 'in-sync');
  });

  it('stand before those of the definitions that an app brings itself', () => {
    const own = { ...rendering, objects: [{ key: keyOf(definition), object: definition, transformations: [] }] };
    const schemas = new AppSchemas();
    assert.equal(verdict(schemas.for('a', builtIn, own)), 'in-sync');
    assert.equal(verdict(schemas.for('b', builtIn, rendering)), 'modified');
    assert.equal(schemas.for('a', builtIn, { ...own }), schemas.for('a', builtIn, own), 'the same as long as they are');
    assert.equal(schemas.for('b', builtIn, rendering), builtIn);
  });
});

import assert from 'node:assert/strict';
import { compareObject } from '../../../src/core/diff/compareObject.ts';
import { builtIn } from '../../../src/core/diff/schema/builtInSchemas.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import { keyOf } from '../../../src/core/model/resource.ts';
import type {
  ApiReply,
  ApiRequest,
  ClusterConnection,
  LiveEvent,
  ServedKind,
  WatchTarget,
} from '../../../src/core/ports.ts';
import { AppSchemas, CustomKinds } from '../../../src/core/overview/customKinds.ts';

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

/** A connection that answers with `status` and remembers what it was asked. */
function connectionTo(reply: () => Promise<ApiReply>, asked: ApiRequest[]): ClusterConnection {
  return {
    context: 'prod',
    readKinds: () => Promise.resolve([]),
    follow: () => ({ close: () => undefined }),
    send: (request) => {
      asked.push(request);
      return reply();
    },
    close: () => undefined,
  };
}

function read(reply: () => Promise<ApiReply>, kinds: readonly ServedKind[]): Promise<[CustomKinds, string[]]> {
  const asked: ApiRequest[] = [];
  return new Promise((resolve) => {
    const custom = new CustomKinds(connectionTo(reply, asked), new AbortController().signal, {
      onChange: () => {
        resolve([custom, asked.map(({ method, path }) => `${method} ${path}`)]);
      },
      onKinds: () => undefined,
    });
    custom.want(kinds);
    custom.want(kinds);
  });
}

const widgets = served('stable.example.com', 'Widget', 'widgets');
const widget = (parts: readonly JsonObject[]): KubeObject => ({
  apiVersion: 'stable.example.com/v1',
  kind: 'Widget',
  metadata: { name: 'w' },
  spec: { parts },
});
const two = [
  { name: 'a', size: 1 },
  { name: 'b', size: 2 },
];

describe('the definitions of custom kinds', () => {
  it('reads the definition of each declared custom kind once, by its name, and no list', async () => {
    const found = (): Promise<ApiReply> => Promise.resolve({ status: 200, body: definition, warnings: [] });
    const [custom, asked] = await read(found, [
      widgets,
      served('', 'ConfigMap', 'configmaps'),
      served('apps', 'Deployment', 'deployments'),
    ]);
    const name = 'widgets.stable.example.com';
    assert.deepEqual(asked, [`GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`]);
    assert.deepEqual(custom.definitions, [definition]);
    assert.equal(custom.isReading, false);
  });

  it('goes without a schema where the definition may not be read', async () => {
    const forbidden = (): Promise<ApiReply> => Promise.resolve({ status: 403, body: { kind: 'Status' }, warnings: [] });
    const [custom] = await read(forbidden, [widgets]);
    assert.deepEqual([custom.definitions, custom.isReading], [[], false]);
    assert.equal(new AppSchemas().for('', custom.definitions, { objects: [], problems: [], reads: [] }), builtIn);
  });

  it('asks again later when the cluster could not be reached', async () => {
    const [custom, asked] = await read(() => Promise.reject(new Error('no way there')), [widgets]);
    assert.equal(asked.length, 1);
    custom.want([widgets]);
    assert.equal(custom.isReading, true);
  });

  it('reads a definition again that changes, forgets one that goes, and says when kinds may have come', async () => {
    const asked: ApiRequest[] = [];
    const versions = ['a', 'b'];
    const found = (): Promise<ApiReply> => {
      const body =
        asked.length > versions.length ? { kind: 'Status' } : { ...definition, spec: versions[asked.length - 1] ?? '' };
      return Promise.resolve({ status: 'metadata' in body ? 200 : 404, body, warnings: [] });
    };
    const say: { event?: (event: LiveEvent) => void; target?: WatchTarget } = {};
    const connection: ClusterConnection = {
      ...connectionTo(found, asked),
      follow: (target, onEvent) => {
        Object.assign(say, { event: onEvent, target });
        return { close: () => undefined };
      },
    };
    const told: string[] = [];
    const custom = new CustomKinds(connection, new AbortController().signal, {
      onChange: () => told.push('change'),
      onKinds: () => told.push('kinds'),
    });
    const settled = async (): Promise<readonly string[]> => {
      await new Promise((resolve) => setImmediate(resolve));
      return told.splice(0);
    };
    const seen = (name: string, resourceVersion: string): KubeObject => ({
      ...definition,
      metadata: { name, resourceVersion },
    });
    custom.want([widgets]);
    custom.follow();
    custom.follow();
    const { event, target } = say;
    assert.ok(event !== undefined && target?.isMetadataOnly === true);
    const name = 'widgets.stable.example.com';
    event({ type: 'listed', target, objects: [seen(name, '1')] });
    assert.deepEqual([await settled(), custom.definitions.map(({ spec }) => spec)], [['change'], ['a']]);
    event({ type: 'listed', target, objects: [seen(name, '1')] });
    assert.deepEqual(await settled(), [], 'the same again');
    event({ type: 'changed', target, object: seen(name, '2') });
    assert.deepEqual([await settled(), custom.definitions.map(({ spec }) => spec)], [['kinds', 'change'], ['b']]);
    event({ type: 'changed', target, object: seen('gears.stable.example.com', '3') });
    assert.deepEqual(await settled(), ['kinds'], 'not wanted, so not read');
    assert.equal(custom.isIn([widgets]), false);
    assert.equal(custom.isIn([widgets, served('stable.example.com', 'Gear', 'gears')]), true);
    event({ type: 'deleted', target, object: seen(name, '4') });
    assert.deepEqual([await settled(), custom.definitions], [['kinds', 'change'], []]);
  });

  it('pairs the items of a keyed list by the definition, of the cluster or of the app itself', () => {
    const rendering = { objects: [], problems: [], reads: [] };
    const own = { ...rendering, objects: [{ key: keyOf(definition), object: definition, transformations: [] }] };
    const verdict = (schemas: ReturnType<AppSchemas['for']>): string =>
      compareObject({
        desired: widget(two),
        live: widget(two.toReversed()),
        manager: { tool: 'argocd-ssa', fieldManager: 'argocd-controller' },
        schemas,
      }).verdict;
    const schemas = new AppSchemas();
    assert.equal(verdict(schemas.for('a', [definition], rendering)), 'in-sync');
    assert.equal(verdict(schemas.for('b', [], own)), 'in-sync');
    assert.equal(verdict(schemas.for('c', [], rendering)), 'modified');
  });

  it('keeps the same schemas as long as the definitions are the same', () => {
    const schemas = new AppSchemas();
    const rendering = { objects: [], problems: [], reads: [] };
    const definitions = [definition];
    assert.equal(schemas.for('a', definitions, rendering), schemas.for('a', definitions, { ...rendering }));
  });
});

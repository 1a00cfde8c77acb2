import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { compareObject } from '../../../src/core/diff/compareObject.ts';
import { builtIn, objectMetaType } from '../../../src/core/diff/schema/builtInSchemas.ts';
import { clusterTypes } from '../../../src/core/diff/schema/clusterTypes.ts';
import { publishedSchemas } from '../../../src/core/diff/schema/publishedSchemas.ts';
import { anyType, childType } from '../../../src/core/diff/schema/typeSchemas.ts';
import type { TypeNode } from '../../../src/core/diff/schema/typeSchemas.ts';
import type { Json, JsonObject } from '../../../src/core/model/json.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

/** A document as an API server of tomorrow publishes it, for a kind `Pool` of `v9`. */
function documentOf(properties: JsonObject, others: JsonObject = {}): JsonObject {
  return {
    components: {
      schemas: {
        'io.k8s.api.fleet.v9.Pool': {
          type: 'object',
          properties,
          'x-kubernetes-group-version-kind': [{ group: 'fleet', version: 'v9', kind: 'Pool' }],
        },
        [`${meta}.Time`]: { type: 'string', format: 'date-time' },
        'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
        'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { oneOf: [{ type: 'integer' }, { type: 'string' }] },
        ...others,
      },
    },
  };
}

function typeIn(field: JsonObject, others: JsonObject = {}): TypeNode {
  const root = publishedSchemas(documentOf({ field }, others)).typeOf('fleet/v9', 'Pool');
  return childType(root ?? anyType, 'field');
}

const list = (more: JsonObject, items: JsonObject = { type: 'string' }): JsonObject => ({
  type: 'array',
  items,
  ...more,
});

describe('the schemas that a server publishes', () => {
  const scalars: readonly (readonly [string, JsonObject, string])[] = [
    ['a quantity', { allOf: [ref('io.k8s.apimachinery.pkg.api.resource.Quantity')], description: 'x' }, 'quantity'],
    ['an integer or string', ref('io.k8s.apimachinery.pkg.util.intstr.IntOrString'), 'int-or-string'],
    ['a time of Kubernetes', ref(`${meta}.Time`), 'time'],
    ['base64', { type: 'string', format: 'byte' }, 'bytes'],
    ['a time of a custom resource, which stays text', { type: 'string', format: 'date-time' }, 'string'],
    ['a custom integer or string', { 'x-kubernetes-int-or-string': true }, 'int-or-string'],
  ];
  for (const [what, schema, of] of scalars) {
    it(`tell ${what}`, () => {
      const type = typeIn(schema);
      assert.deepEqual(type.kind === 'scalar' && [type.of, type.zero], [of, 'unsure']);
    });
  }

  const lists: readonly (readonly [string, JsonObject, readonly Json[]])[] = [
    [
      'keyed',
      list({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port', 'protocol'] }),
      ['port', 'protocol'],
    ],
    ['set', list({ 'x-kubernetes-list-type': 'set' }), []],
    [
      'atomic',
      list({
        'x-kubernetes-list-type': 'atomic',
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'name',
      }),
      [],
    ],
    [
      'keyed',
      list({ 'x-kubernetes-patch-strategy': 'merge,retainKeys', 'x-kubernetes-patch-merge-key': 'name' }),
      ['name'],
    ],
    ['set', list({ 'x-kubernetes-patch-strategy': 'merge' }), []],
    ['atomic', list({}), []],
  ];
  for (const [kind, schema, keys] of lists) {
    const stated = Object.entries(schema).filter(([name]) => name.startsWith('x-'));
    it(`merge a list as ${kind} that says ${JSON.stringify(Object.fromEntries(stated))}`, () => {
      const type = typeIn(schema);
      assert.deepEqual(type.kind === 'list' && [type.list, type.keys], [kind, keys]);
    });
  }

  it('tell structs that are always there, atomic ones, and resource lists', () => {
    const part = {
      Part: { type: 'object', properties: { name: { type: 'string' } }, 'x-kubernetes-map-type': 'atomic' },
    };
    const always = typeIn({ allOf: [ref('Part')], default: {} }, part);
    assert.deepEqual(always.kind === 'struct' && [always.isAlwaysPresent, always.isAtomic], [true, true]);
    const pointer = typeIn({ allOf: [ref('Part')] }, part);
    assert.equal(pointer.kind === 'struct' && pointer.isAlwaysPresent, false);
    const limits = typeIn({
      type: 'object',
      additionalProperties: ref('io.k8s.apimachinery.pkg.api.resource.Quantity'),
    });
    assert.ok(limits.kind === 'map' && limits.values.kind === 'scalar' && limits.values.isRounded === true);
  });

  it('follow references that lead back to themselves', () => {
    const tree = { Tree: { type: 'object', properties: { left: ref('Tree'), name: { type: 'string' } } } };
    let type = typeIn(ref('Tree'), tree);
    for (let depth = 0; depth < 50; depth += 1) type = childType(type, 'left');
    assert.equal(childType(type, 'name').kind, 'scalar');
  });

  it('survive references to nothing, and documents that are none', () => {
    assert.equal(typeIn(ref('Nowhere')).kind, 'any');
    for (const broken of [{}, { components: 1 }, { components: { schemas: { A: null, B: [] } } }] as const) {
      assert.equal(publishedSchemas(broken).typeOf('v1', 'Pod'), undefined);
    }
  });

  it('pair the items of a kind that the table does not know', () => {
    const items = {
      type: 'object',
      properties: { name: { type: 'string' }, cpu: ref('io.k8s.apimachinery.pkg.api.resource.Quantity') },
    };
    const nodes = list({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }, items);
    const document = documentOf({ spec: { type: 'object', properties: { nodes } } });
    const schemas = clusterTypes(builtIn, publishedSchemas(document, objectMetaType(builtIn)));
    const pool = (each: readonly JsonObject[]): KubeObject => ({
      ...{ apiVersion: 'fleet/v9', kind: 'Pool', metadata: { name: 'p' } },
      spec: { nodes: each },
    });
    const manager = { tool: 'argocd-ssa', fieldManager: 'argocd-controller' } as const;
    const nodesOf = (cpu: string): readonly JsonObject[] => [
      { name: 'a', cpu },
      { name: 'b', cpu: '1' },
    ];
    const compare = (cpu: string, live: readonly JsonObject[]): readonly (string | undefined)[] =>
      compareObject({ desired: pool(nodesOf(cpu)), live: pool(live), manager, schemas }).fields.map(({ path }) => path);
    assert.deepEqual(compare('500m', nodesOf('0.5').toReversed()), []);
    assert.deepEqual(compare('500m', nodesOf('0.6')), ['/spec/nodes/0/cpu']);
  });
});

describe('the built-in table under what a cluster publishes', () => {
  /** ConfigMap as it will never be: with a keyed list of its own, and data that is exchanged as a whole. */
  const schema = {
    type: 'object',
    properties: {
      immutable: { type: 'boolean' },
      data: { type: 'object', additionalProperties: { type: 'string' }, 'x-kubernetes-map-type': 'atomic' },
      parts: list({ 'x-kubernetes-list-type': 'set' }),
    },
    'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'ConfigMap' }],
  };
  const schemas = clusterTypes(builtIn, publishedSchemas({ components: { schemas: { ConfigMap: schema } } }));
  const type = schemas.typeOf('v1', 'ConfigMap') ?? anyType;

  it('takes fields and merging from the cluster', () => {
    const [data, parts] = [childType(type, 'data'), childType(type, 'parts')];
    assert.equal(data.kind === 'map' && data.isAtomic, true);
    assert.equal(parts.kind === 'list' && parts.list, 'set');
  });

  it('keeps what OpenAPI does not tell', () => {
    const immutable = childType(type, 'immutable');
    assert.deepEqual(immutable, childType(builtIn.typeOf('v1', 'ConfigMap') ?? anyType, 'immutable'));
    assert.equal(childType(type, 'binaryData').kind, 'map');
  });

  it('gives the same type each time, and other kinds as they are', () => {
    assert.equal(schemas.typeOf('v1', 'ConfigMap'), type);
    assert.equal(schemas.typeOf('v1', 'Pod'), builtIn.typeOf('v1', 'Pod'));
    assert.equal(schemas.typeOf('v1', 'Nothing'), undefined);
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { compareObject } from '../../../src/core/diff/compareObject.ts';
import { builtIn } from '../../../src/core/diff/schema/builtInSchemas.ts';
import { reduceSecret } from '../../../src/core/diff/secrets.ts';

const hasher = {
  hash: (value: Uint8Array | string) => createHash('sha256').update('salt').update(value).digest('hex'),
};

function secret(rest: JsonObject, annotations: JsonObject = {}): KubeObject {
  const object = asKubeObject({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'd', annotations },
    ...rest,
  });
  assert.ok(object !== undefined);
  return object;
}

const applied = (rest: JsonObject): JsonObject => ({
  'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {},
    ...rest,
  }),
});

describe('Secrets', () => {
  it('leave no value in the reduced object, its last-applied copy included', () => {
    const annotations = applied({ stringData: { password: 'hunter2' }, data: { other: 'aHVudGVyMg==' } });
    const text = JSON.stringify(reduceSecret(secret({ data: { password: 'aHVudGVyMg==' } }, annotations), hasher));
    for (const leak of ['hunter2', 'aHVudGVyMg==']) assert.ok(!text.includes(leak), leak);
  });

  it('drop a last-applied copy that cannot be read rather than keep its values', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"stringData":{"password":"hunter2"' };
    assert.ok(!JSON.stringify(reduceSecret(secret({}, annotations), hasher)).includes('hunter2'));
  });

  it('give equal tokens to equal contents, however they are written', () => {
    const one = reduceSecret(secret({ data: { a: 'aHVudGVyMg==' } }), hasher);
    const wrapped = reduceSecret(secret({ data: { a: 'aHVu\ndGVyMg==\n' } }), hasher);
    const plain = reduceSecret(secret({ stringData: { a: 'hunter2' } }), hasher);
    assert.deepEqual(one.data, wrapped.data);
    assert.deepEqual(one.data, plain.stringData);
    assert.notDeepEqual(one.data, reduceSecret(secret({ data: { a: 'aHVudGVyMw==' } }), hasher).data);
  });

  it('leave every other kind alone', () => {
    const object = asKubeObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data: { a: 'b' } });
    assert.equal(object && reduceSecret(object, hasher), object);
  });

  it('compare by tokens: equal contents are in sync, others name the key and no value', () => {
    const manager = { tool: 'argocd-csa', fieldManager: 'argocd-controller' } as const;
    const live = reduceSecret(secret({ data: { a: 'aHVudGVyMg==', b: 'eA==' } }), hasher);
    const compare = (rest: JsonObject): ReturnType<typeof compareObject> =>
      compareObject({ desired: secret(rest), live, manager, schemas: builtIn, hasher });
    assert.equal(compare({ stringData: { a: 'hunter2' }, data: { b: 'eA==' } }).verdict, 'in-sync');
    const changed = compare({ stringData: { a: 'hunter3' } });
    assert.deepEqual(
      changed.fields.map(({ path, change }) => [path, change]),
      [['/stringData/a', 'modify']],
    );
    assert.ok(!JSON.stringify(changed).includes('hunter3'));
  });

  it('refuse what is no base64 or no string before tokens hide it', () => {
    const manager = { tool: 'argocd-csa', fieldManager: 'argocd-controller' } as const;
    const live = reduceSecret(secret({ data: { a: 'eA==' } }), hasher);
    for (const data of [{ a: 'not base64!' }, { a: 5 }]) {
      assert.equal(
        compareObject({ desired: secret({ data }), live, manager, schemas: builtIn, hasher }).verdict,
        'invalid',
      );
    }
  });
});

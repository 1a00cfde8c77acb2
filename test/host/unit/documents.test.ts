import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'mocha';
import { reduceSecret } from '../../../src/core/diff/secrets.ts';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { Json } from '../../../src/core/model/json.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import type { SecretHasher } from '../../../src/core/ports.ts';
import { declaredPart } from '../../../src/host/documents/declaredPart.ts';
import { textOf } from '../../../src/host/documents/objectText.ts';
import { addressOf, subjectOf } from '../../../src/host/documents/objectUri.ts';
import type { DocumentSubject } from '../../../src/host/documents/objectUri.ts';
import { deployment, fluxApp } from './states.ts';

const hasher: SecretHasher = { hash: (value) => createHmac('sha256', 'salt').update(value).digest('hex').slice(0, 32) };

function object(value: Json): KubeObject {
  const found = asKubeObject(value);
  assert.ok(found);
  return found;
}

describe('virtual documents', () => {
  const subjects: readonly DocumentSubject[] = [
    { kind: 'live', context: 'arn:aws:eks:eu-west-1:1:cluster/prod', object: deployment },
    { kind: 'rendered', app: fluxApp().id, object: deployment, side: 'head' },
    { kind: 'app', app: fluxApp().id, side: 'buffers' },
  ];
  for (const subject of subjects) {
    it(`find the ${subject.kind} subject again in its address, and are YAML by name`, () => {
      const { path, query } = addressOf(subject);
      assert.deepEqual(subjectOf(query), subject);
      assert.match(path, /^\/[^:]+\.yaml$/);
    });
  }

  it('show nothing for an address that somebody else made', () => {
    for (const query of ['', '{', '[]', '{"kind":"live"}', '{"kind":"app","app":"a","side":"mars"}'])
      assert.equal(subjectOf(query), undefined);
  });

  it('leave out what only the server writes, and order keys', () => {
    const live = object({
      status: { replicas: 3 },
      spec: { template: {}, replicas: 3 },
      kind: 'Deployment',
      metadata: {
        uid: 'u',
        resourceVersion: '1',
        managedFields: [],
        name: 'web',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      },
      apiVersion: 'apps/v1',
    });
    assert.equal(
      textOf([live]),
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n  template: {}\n',
    );
  });

  it('hide the values of a Secret but show whether they are equal', () => {
    const secret = (data: Json, field = 'data'): string =>
      textOf([
        reduceSecret(object({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, [field]: data }), hasher),
      ]);
    const live = secret({ token: btoa('hunter2') });
    assert.match(live, /token: ••• \(hidden, [0-9a-f]{6}\)/);
    assert.doesNotMatch(live, /hunter2|aHVudGVyMg/);
    assert.equal(secret({ token: 'hunter2' }, 'stringData'), live);
    assert.notEqual(secret({ token: btoa('hunter3') }), live);
  });

  it('hide a value that is no token as a whole', () => {
    const raw = object({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, data: { token: 'c2VjcmV0' } });
    assert.match(textOf([raw]), /token: ••• \(hidden\)\n/);
  });

  it('leave defaults of the server out of a comparison, but nothing that differs', () => {
    const declared = { spec: { replicas: 3, containers: [{ name: 'web', image: 'web:1' }] } };
    const live = {
      metadata: { labels: { owner: 'flux' } },
      spec: {
        replicas: 5,
        paused: true,
        strategy: { type: 'RollingUpdate' },
        containers: [
          { name: 'sidecar', image: 'proxy:2' },
          { name: 'web', image: 'web:1', terminationMessagePath: '/dev/termination-log' },
        ],
      },
    };
    assert.deepEqual(declaredPart(live, declared, ['/spec/replicas', '/spec/paused']), {
      spec: {
        replicas: 5,
        paused: true,
        containers: [
          { name: 'sidecar', image: 'proxy:2' },
          { name: 'web', image: 'web:1' },
        ],
      },
    });
  });
});

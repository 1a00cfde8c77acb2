import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { eventQuestions, newestFirst, readEvents } from '../../../src/core/live/clusterEvents.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';

const web = resourceKey({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' });

function event(more: JsonObject): JsonObject {
  const involvedObject = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };
  return { involvedObject, type: 'Normal', reason: 'ScalingReplicaSet', message: 'Scaled up', ...more };
}

describe('Kubernetes Events', () => {
  it('are asked for of one object by its kind and name, in its namespace', () => {
    const [own] = eventQuestions(resourceKey({ group: '', kind: 'Service', namespace: 'shop', name: 'web' }));
    assert.equal(own?.request.path, '/api/v1/namespaces/shop/events');
    assert.equal(own.request.query?.fieldSelector, 'involvedObject.kind=Service,involvedObject.name=web');
    assert.equal(own.alternative.path, '/apis/events.k8s.io/v1/namespaces/shop/events');
    assert.equal(own.alternative.query?.fieldSelector, 'regarding.kind=Service,regarding.name=web');
  });

  it('of a cluster-scoped object are kept in the namespace default', () => {
    const [own] = eventQuestions(resourceKey({ group: '', kind: 'Namespace', name: 'shop' }));
    assert.equal(own?.namespace, 'default');
  });

  it('of a Deployment come with the warnings of its ReplicaSets, and of no other', () => {
    const [, made] = eventQuestions(web);
    assert.equal(made?.request.query?.fieldSelector, 'involvedObject.kind=ReplicaSet,type=Warning');
    const of = (name: string): boolean =>
      made.isAbout(resourceKey({ group: 'apps', kind: 'ReplicaSet', namespace: 'shop', name }));
    assert.deepEqual(['web-7d4b9c6f5', 'web-api-7d4b9c6f5', 'other-7d4b9c6f5', 'web'].map(of), [
      true,
      false,
      false,
      false,
    ]);
  });

  it('are read with their count, newest time and teller, in both shapes of the API', () => {
    const old = event({
      count: 3,
      lastTimestamp: '2026-03-01T10:00:00Z',
      source: { component: 'deployment-controller' },
    });
    const series = { count: 9, lastObservedTime: '2026-03-01T11:00:00Z' };
    const later = event({
      type: 'Warning',
      reason: 'FailedCreate',
      series,
      reportingComponent: 'kustomize-controller',
    });
    assert.deepEqual(newestFirst(readEvents({ items: [old, later] })), [
      {
        object: web,
        isWarning: true,
        reason: 'FailedCreate',
        message: 'Scaled up',
        count: 9,
        time: '2026-03-01T11:00:00Z',
        by: 'kustomize-controller',
      },
      {
        object: web,
        isWarning: false,
        reason: 'ScalingReplicaSet',
        message: 'Scaled up',
        count: 3,
        time: '2026-03-01T10:00:00Z',
        by: 'deployment-controller',
      },
    ]);
  });

  it('never tell a value of a Secret, whoever tells it', () => {
    const involvedObject = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'keys' };
    const own = event({ involvedObject, message: 'password hunter2 is too short' });
    const other = event({ message: 'Secret/shop/keys is invalid: data.token: Invalid value: "hunter2": bad' });
    const read = readEvents({ items: [own, other] });
    assert.equal(read.length, 2);
    assert.doesNotMatch(JSON.stringify(read), /hunter2/);
  });

  it('that are none are left out', () => {
    assert.deepEqual(readEvents({ items: ['x', {}, event({ reason: null }), { involvedObject: { kind: 'A' } }] }), []);
    assert.deepEqual(readEvents({}), []);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { resourceKey } from '../../../src/core/model/resource.ts';
import { plainText } from '../../../src/host/text.ts';
import { eventLines } from '../../../src/host/views/eventWords.ts';
import { deployment, now } from './states.ts';

const context = { now, t: plainText };

describe('what clusters told, in words', () => {
  it('has warnings first, with count, age, teller and the other object', () => {
    const event = { object: deployment, isWarning: false, reason: 'Scaled', message: 'up', count: 1 };
    const replicas = resourceKey({ group: 'apps', kind: 'ReplicaSet', namespace: 'web', name: 'web-1' });
    const failed = { ...event, object: replicas, isWarning: true, reason: 'FailedCreate', message: 'quota', count: 4 };
    const events = [
      { ...event, time: '2026-05-01T11:00:00Z', by: 'deployment-controller' },
      { ...failed, time: '2026-05-01T10:00:00Z' },
    ];
    assert.deepEqual(eventLines({ events, troubles: [] }, deployment, context), [
      '⚠ FailedCreate (4 times) (ReplicaSet web-1, 2 h ago): quota',
      '· Scaled (1 h ago, deployment-controller): up',
    ]);
  });

  it('says why nothing is known', () => {
    const troubles = ['prod: Events are not shown: you may not list them in namespace web.'];
    assert.deepEqual(eventLines({ events: [], troubles }, deployment, context), troubles);
  });
});

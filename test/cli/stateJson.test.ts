import assert from 'node:assert/strict';
import { stateJson } from '../../src/cli/stateJson.ts';
import { listAt, valueAt } from '../../src/core/model/json.ts';
import type { Json } from '../../src/core/model/json.ts';
import type { PlacedDifference } from '../../src/core/overview/state.ts';
import { appState, overview, place, replicasDrift, secret } from '../host/unit/states.ts';

const writing = { before: '', after: '', value: 3, style: 'plain', isFlow: false } as const;
const proven = { kind: 'proven', place: place(), via: 'resource', also: [], writing } as const;

function acceptOf(difference: PlacedDifference): Json | undefined {
  const json = stateJson(overview({ apps: [appState({ differences: [difference] })] }), new Map());
  return valueAt(listAt(listAt(json, 'apps')[0], 'differences')[0], 'accept');
}

describe('the state as JSON', () => {
  it('says what to write to accept drift, or why it cannot be written', () => {
    assert.deepEqual(acceptOf(replicasDrift({ provenance: proven })), {
      file: 'apps/web/patch.yaml',
      line: 7,
      column: 13,
      newText: '5',
    });
    const unknown = { kind: 'unknown', why: 'A template computes it.', also: [] } as const;
    assert.deepEqual(acceptOf(replicasDrift({ provenance: unknown })), {
      refused: 'unproven',
      why: 'A template computes it.',
    });
  });

  it('says nothing of the kind for other steps, and no value of a Secret', () => {
    assert.equal(acceptOf(replicasDrift({ origin: 'unsynced', provenance: proven })), undefined);
    const field = { path: '/data/x', change: 'modify', desired: 'one', live: 'two' } as const;
    const said = JSON.stringify(acceptOf(replicasDrift({ object: secret, field, provenance: proven })));
    assert.match(said, /"refused":"secret"/);
    assert.doesNotMatch(said, /one|two/);
  });

  it('names the set that makes an app and what it lays down for it, and nothing of the kind for another app', () => {
    const rules = ['Argo CD creates it and never changes or deletes it (applicationsSync: create-only).'];
    const plain = appState();
    const object = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'web' } };
    const generated = { set: 'shops', rules, from: [] };
    const app = { ...plain.app, declared: { file: 'set.yaml', document: 0, place: place(), object, generated } };
    const json = stateJson(overview({ apps: [appState({ app }), plain] }), new Map());
    const told = listAt(json, 'apps').map((each) => valueAt(each, 'generated'));
    assert.deepEqual(told, [{ set: 'shops', rules }, undefined]);
  });
});

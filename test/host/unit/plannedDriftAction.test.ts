import assert from 'node:assert/strict';
import { acceptanceOf } from '../../../src/core/overview/acceptance.ts';
import type { PlacedDifference } from '../../../src/core/overview/state.ts';
import { planDriftActions } from '../../../src/host/diagnostics/plannedDriftAction.ts';
import { isDifferenceTarget } from '../../../src/host/views/row.ts';
import { plainText } from '../../../src/host/text.ts';
import { appState, fluxApp, overview, place, replicasDrift, secret } from './states.ts';

const file = 'apps/web/patch.yaml';
const writing = { before: '', after: '', value: 3, style: 'plain', isFlow: false } as const;
const proven = { kind: 'proven', place: place(file), via: 'resource', also: [], writing } as const;
const object = { apiVersion: 'v1', kind: 'Kustomization', metadata: { name: 'web' } };
const declared = { file: 'clusters/web.yaml', document: 0, place: place('clusters/web.yaml', 'web', 20), object };

function planned(difference: PlacedDifference, at: string = file): readonly string[] {
  const state = overview({ apps: [appState({ app: fluxApp({ declared }), differences: [difference] })] });
  const actions = planDriftActions(state, { file: at, isMeant: () => true }, acceptanceOf, plainText);
  for (const each of actions) assert.ok(isDifferenceTarget(each.about));
  return actions.map(({ title, command }) => `${command.replace('plumbline.', '')}: ${title}`);
}

describe('the light bulb on drift', () => {
  it('offers the live value where it can be written', () => {
    assert.deepEqual(planned(replicasDrift({ provenance: proven })), [
      'acceptLive: Accept live value 5 into Git (web: Deployment web, spec.replicas)…',
    ]);
  });

  it('says why it cannot be written, on the line or on the manifest of the app', () => {
    const start =
      'explainDifference: The live value cannot be accepted into Git (web: Deployment web, spec.replicas): ';
    const sealed = { ...proven, writing: { ...writing, isSealed: true } };
    assert.deepEqual(planned(replicasDrift({ provenance: sealed })), [
      `${start}apps/web/patch.yaml is encrypted with SOPS, whose seal covers every value. Edit it with sops.`,
    ]);
    const unknown = { kind: 'unknown', why: 'It is computed.', also: [] } as const;
    assert.deepEqual(planned(replicasDrift({ provenance: unknown }), declared.file), [`${start}It is computed.`]);
  });

  it('never says a value of a Secret', () => {
    const field = { path: '/data/token', change: 'modify', desired: 'hash-one', live: 'hash-two' } as const;
    const [action, ...others] = planned(replicasDrift({ object: secret, field, provenance: proven }));
    assert.deepEqual(others, []);
    assert.match(action ?? '', /Values of Secrets are never read/);
    assert.doesNotMatch(action ?? '', /hash-/);
  });

  it('is silent about what is no drift, what still waits for its place, and other files', () => {
    assert.deepEqual(planned(replicasDrift({ provenance: proven, origin: 'uncommitted' })), []);
    assert.deepEqual(planned(replicasDrift()), []);
    assert.deepEqual(planned(replicasDrift({ provenance: proven }), 'other.yaml'), []);
    const field = { path: '/spec/replicas', change: 'add', desired: 3 } as const;
    assert.deepEqual(planned(replicasDrift({ provenance: proven, field })), []);
  });
});

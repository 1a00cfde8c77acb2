import assert from 'node:assert/strict';
import type { AppState } from '../../../src/core/overview/state.ts';
import { decisionRows } from '../../../src/core/overview/decisionRows.ts';
import type { DecidedApp, DecidedField, Decisions } from '../../../src/core/provenance/decidedFields.ts';
import { alsoChanges, decisionMarkdown } from '../../../src/host/views/decisionWords.ts';
import { plainText } from '../../../src/host/text.ts';
import { appState, deployment, fluxApp, gitOnly, now, overview, place, replicasDrift, secret } from './states.ts';

const context = { now, t: plainText };
const replicas: DecidedField = { object: deployment, path: '/spec/replicas', value: 3, effect: 'decides' };
const inSync = { verdict: 'in-sync', fields: [], remarks: [] } as const;
const resources = [{ key: deployment, diff: inSync, isDeclared: true, isLive: true }];

function decisions(fields: readonly DecidedField[], more: Partial<DecidedApp> = {}): Decisions {
  return { place: place(), apps: [{ app: fluxApp(), fields, ...more }], beyond: 0 };
}

function shown(found: Decisions, ...states: readonly AppState[]): readonly string[] {
  return decisionMarkdown(found, overview({ apps: states }), context)?.split('\n') ?? [];
}

describe('the hover over a scalar', () => {
  it('is a table of fields beside what the cluster runs and who changed it, drift first', () => {
    const env = { ...replicas, path: '/spec/template/spec/containers/0/env/0/value', value: 'a|b `c`' };
    const state = appState({ resources, differences: [replicasDrift()] });
    assert.deepEqual(shown(decisions([env, replicas]), state), [
      '| App | Object | Field | Git | Cluster | Changed by |',
      '| --- | --- | --- | --- | --- | --- |',
      '| web (prod) | Deployment web | `spec.replicas` | `3` | **`5`** | kubectl-edit 2 h ago |',
      "| web (prod) | Deployment web | `spec.template.spec.containers[0].env[0].value` | `a\\|b 'c'` | the same |  |",
    ]);
  });

  it('says nothing of a cluster while there is none', () => {
    assert.deepEqual(shown(decisions([replicas]), gitOnly()), [
      '| App | Object | Field | Git |',
      '| --- | --- | --- | --- |',
      '| web | Deployment web | `spec.replicas` | `3` |',
    ]);
  });

  it('names the step that is still to do where Git is ahead, and does not claim what was not compared', () => {
    const difference = replicasDrift({ origin: 'unsynced' });
    const ahead = shown(decisions([replicas]), appState({ resources, differences: [difference] }));
    assert.match(ahead[2] ?? '', /\| not there yet \(unsynced\) \|  \|$/);
    assert.match(shown(decisions([replicas]), appState())[2] ?? '', /\| not known \|  \|$/);
  });

  it('never says a value of a Secret', () => {
    const field = { object: secret, path: '/data/token', value: 'aGFsbG8=', effect: 'decides' } as const;
    const drift = replicasDrift({
      object: secret,
      field: { path: '/data/token', change: 'modify', desired: 'one', live: 'two' },
    });
    const state = appState({
      resources: [{ ...resources[0], key: secret, diff: inSync, isDeclared: true, isLive: true }],
      differences: [drift],
    });
    const [, , row] = shown(decisions([field]), state);
    assert.equal(row, '| web (prod) | Secret keys | `data.token` | (hidden) | differs |  |');
  });

  it('counts what hangs on the scalar without showing it, and rows beyond a dozen', () => {
    const many = Array.from({ length: 14 }, (_, index) => ({ ...replicas, path: `/spec/a${String(index)}` }));
    const feeds = { ...replicas, path: '/metadata/name', effect: 'feeds' } as const;
    const lines = shown(decisions([...many, feeds]), gitOnly());
    assert.equal(lines.filter((line) => line.startsWith('| web')).length, 12);
    assert.ok(lines.includes('… and 2 more fields.'));
    assert.ok(lines.some((line) => line.startsWith('It also moves 1 other fields')));
    assert.match(shown(decisions([feeds]), gitOnly()).join(''), /^It decides no field by its text, but moves 1/);
  });

  it('says why an app could not be asked, and is silent where nothing is known', () => {
    assert.deepEqual(shown(decisions([], { unknown: 'It does not render.' })), ['web: It does not render.']);
    assert.deepEqual(shown({ place: place(), apps: [], beyond: 0 }), []);
    assert.deepEqual(shown({ place: place(), apps: [], beyond: 7 }), [
      '7 more apps read this file; they were not asked.',
    ]);
  });
});

describe('what an accepted value changes beside its field', () => {
  it('is named with what the clusters run there', () => {
    const state = overview({ apps: [appState({ resources, differences: [replicasDrift()] })] });
    const rows = decisionRows(decisions([replicas, { ...replicas, path: '/spec/x' }]).apps, state);
    assert.equal(
      alsoChanges(rows, 0, plainText),
      'The line also decides, and the edit changes: web: Deployment web, spec.replicas (the cluster runs 5); web: Deployment web, spec.x.',
    );
  });
});

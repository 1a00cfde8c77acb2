import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ChangeSet } from '../../../src/core/change/changeSet.ts';
import type { PolicyResult } from '../../../src/core/policy/judgement.ts';
import { appId } from '../../../src/core/model/app.ts';
import { resourceKey } from '../../../src/core/model/resource.ts';
import { policyNotes } from '../../../src/host/panel/policyNotes.ts';
import { plainText } from '../../../src/host/text.ts';
import { appState, deployment, fluxApp } from './states.ts';

const changes: ChangeSet = {
  app: fluxApp().id,
  files: [],
  effects: [{ key: deployment, change: 'changed', fields: [] }],
  counts: { added: 0, changed: 1, removed: 0, fields: 0 },
  others: [],
  risks: [],
  message: '',
  blockers: [],
};

function notesOf(...results: readonly Partial<PolicyResult>[]): ReturnType<typeof policyNotes> {
  const app = fluxApp().id;
  const policies = results.map((each) => ({
    app,
    object: deployment,
    result: { request: 'r', policy: 'few', result: 'fail', actions: ['Deny'], message: 'too many', ...each } as const,
  }));
  return policyNotes([appState({ policies })], app, changes, plainText);
}

describe('policy results in the panel', () => {
  it('come worst first, and only what people are warned of looks like a warning', () => {
    const notes = notesOf(
      { result: 'undecided', reason: 'it needs the registry', actions: [] },
      { actions: ['Audit'] },
      { result: 'warn', actions: ['Warn'] },
      { rule: 'replicas' },
      { result: 'pass' },
    );
    assert.deepEqual(
      notes.map(({ severity, message }) => [severity, message]),
      [
        ['danger', 'few/replicas denies Deployment web: too many.'],
        ['warning', 'few warns about Deployment web: too many.'],
        ['info', 'few records a violation of Deployment web: too many.'],
        ['info', 'few is undecided for Deployment web: it needs the registry.'],
      ],
    );
  });

  it('say once what a policy cannot decide of several objects of the change', () => {
    const app = fluxApp().id;
    const service = resourceKey({ group: '', kind: 'Service', namespace: 'web', name: 'web' });
    const untouched = resourceKey({ group: '', kind: 'Service', namespace: 'web', name: 'other' });
    const result = { request: 'r', policy: 'few', result: 'undecided', actions: [], reason: 'It needs it' } as const;
    const policies = [deployment, service, untouched].map((object) => ({ app, object, result }));
    const effects = [deployment, service].map((key) => ({ key, change: 'changed', fields: [] }) as const);
    const notes = policyNotes([appState({ policies })], app, { ...changes, effects }, plainText);
    assert.deepEqual(
      notes.map(({ message }) => message),
      ['few is undecided for 2 objects: It needs it.'],
    );
  });

  it('name the other apps that the change reaches, by the same verdicts as the Apps view', () => {
    const [own, other] = [fluxApp(), { ...fluxApp(), id: appId('manifests', { path: 'other' }), name: 'other' }];
    const result = { request: 'r', policy: 'few', result: 'fail', actions: ['Deny'], message: 'too many' } as const;
    const states = [own, other].map((app) => {
      const policies = [{ app: app.id, object: deployment, result, standing: 'live-too' as const }];
      return appState({ app, policies });
    });
    const effects = [{ key: deployment, change: 'changed', fields: [] }] as const;
    const others = [{ app: other, effects }];
    assert.deepEqual(
      policyNotes(states, own.id, { ...changes, others }, plainText).map(({ message }) => message),
      [
        'few denies Deployment web: too many. The live object violates it too.',
        'other: few denies Deployment web: too many. The live object violates it too.',
      ],
    );
  });
});

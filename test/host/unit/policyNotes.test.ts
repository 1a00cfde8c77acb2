import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ChangeSet } from '../../../src/core/change/changeSet.ts';
import type { PolicyResult } from '../../../src/core/policy/judgement.ts';
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
});

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { asKubeObject, resourceKey } from '../../../src/core/model/resource.ts';
import type { PolicyVerdict } from '../../../src/core/policy/policyVerdict.ts';
import { ruleOf } from '../../../src/core/policy/ruleBook.ts';
import { conditionIcons } from '../../../src/host/views/appWords.ts';
import { appRows } from '../../../src/host/views/appRows.ts';
import type { Row } from '../../../src/host/views/row.ts';
import { plainText } from '../../../src/host/text.ts';
import { appState, deployment, fluxApp, now, overview, place } from './states.ts';

const context = { now, t: plainText };
const service = resourceKey({ group: '', kind: 'Service', namespace: 'web', name: 'web' });

function verdict(more: Partial<PolicyVerdict['result']>, rest: Partial<PolicyVerdict> = {}): PolicyVerdict {
  const result = {
    request: 'r',
    policy: 'few',
    result: 'fail',
    actions: ['Deny'],
    message: 'too many',
    ...more,
  } as const;
  return { app: fluxApp().id, object: deployment, result, ...rest };
}

function find(rows: readonly Row[], id: string): Row | undefined {
  return rows.flatMap((row) => [row, find(row.children, id)]).find((row) => row?.id === id);
}

describe('policies in the Apps view', () => {
  it('stand below their app, worst first, counted by what happens', () => {
    const proven = { kind: 'proven', place: place(), via: 'resource', also: [] } as const;
    const policies = [
      verdict({ result: 'undecided', reason: 'it needs the registry', actions: [] }),
      verdict({ result: 'pass' }),
      verdict({}, { provenance: proven }),
    ];
    const row = find(appRows(overview({ apps: [appState({ policies })] }), context), `${fluxApp().id}|policies`);
    assert.equal(row?.description, '1 denied, 1 undecided');
    assert.deepEqual(
      row.children.map(({ label, description, target }) => [label, description, target?.kind]),
      [
        ['Deployment web', 'few: too many', 'verdict'],
        ['Deployment web', 'few: it needs the registry', 'verdict'],
      ],
    );
  });

  it('say which violations the cluster runs already', () => {
    const policies = [
      verdict({}, { standing: 'live-too' }),
      verdict({ message: 'too few' }, { standing: 'introduced' }),
    ];
    const row = find(appRows(overview({ apps: [appState({ policies })] }), context), `${fluxApp().id}|policies`);
    assert.deepEqual(
      row?.children.map(({ description, tooltip }) => [description, tooltip?.split('\n').at(-1)]),
      [
        ['few: too many · live too', 'The live object violates it too.'],
        ['few: too few', 'The live object does not violate it; what Git declares does.'],
      ],
    );
  });

  it('say once what a policy cannot decide of several objects, with the objects below', () => {
    const lacks = { result: 'undecided', reason: 'it needs the registry', message: undefined, actions: [] } as const;
    const policies = [verdict(lacks), verdict(lacks, { object: service }), verdict({ ...lacks, rule: 'other' })];
    const row = find(appRows(overview({ apps: [appState({ policies })] }), context), `${fluxApp().id}|policies`);
    assert.deepEqual(
      row?.children.map(({ label, description, children }) => [label, description, children.map((each) => each.label)]),
      [
        ['2 objects', 'few: it needs the registry', ['Deployment web', 'Service web']],
        ['Deployment web', 'few/other: it needs the registry', []],
      ],
    );
  });

  it('are counted as people say it, denials behind the name of the app too', () => {
    const warned = verdict({ result: 'warn', actions: ['Warn'] });
    const audited = verdict({ actions: ['Audit'] });
    const policies = [warned, warned, audited, verdict({}), verdict({ rule: 'b' })];
    const rows = appRows(overview({ apps: [appState({ policies })] }), context);
    assert.equal(find(rows, `${fluxApp().id}|policies`)?.description, '2 denied, 2 warnings, 1 audited');
    assert.match(find(rows, fluxApp().id)?.description ?? '', /\b2 denied\b/);
    assert.deepEqual(find(rows, fluxApp().id)?.icon, conditionIcons.denied);
    const one = appRows(overview({ apps: [appState({ policies: [warned] })] }), context);
    assert.equal(find(one, `${fluxApp().id}|policies`)?.description, '1 warning');
    assert.doesNotMatch(find(one, fluxApp().id)?.description ?? '', /denied/);
    assert.notDeepEqual(find(one, fluxApp().id)?.icon, conditionIcons.denied);
  });

  it('are not there while nothing asks for a person', () => {
    const rows = appRows(overview({ apps: [appState({ policies: [verdict({ result: 'pass' })] })] }), context);
    assert.equal(find(rows, `${fluxApp().id}|policies`), undefined);
  });

  it('are listed by where they are from', () => {
    const object = asKubeObject({ apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', metadata: { name: 'few' } });
    assert.ok(object);
    const rules = [ruleOf(object, { kind: 'cluster', context: 'prod' })];
    const policies = [{ context: 'prod', apps: [fluxApp()], book: { rules, replaced: [] }, problems: [] }];
    const row = find(appRows(overview({ apps: [appState()], policies }), context), 'policies');
    assert.deepEqual(
      row?.children.map(({ label, children }) => [label, children.map((each) => each.label)]),
      [['Cluster: prod', ['few']]],
    );
  });
});

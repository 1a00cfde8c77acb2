import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { PolicyVerdict } from '../../../src/core/policy/policyVerdict.ts';
import { ruleOf } from '../../../src/core/policy/ruleBook.ts';
import { appRows } from '../../../src/host/views/appRows.ts';
import type { Row } from '../../../src/host/views/row.ts';
import { plainText } from '../../../src/host/text.ts';
import { appState, deployment, fluxApp, now, overview, place } from './states.ts';

const context = { now, t: plainText };

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

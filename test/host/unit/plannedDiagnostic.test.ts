import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Finding } from '../../../src/core/model/finding.ts';
import { isCurrent, planDiagnostics, readSeverities } from '../../../src/host/diagnostics/plannedDiagnostic.ts';
import { appState, fluxApp, overview, place } from './states.ts';

function finding(more: Partial<Finding> = {}): Finding {
  return {
    code: 'drift.field-changed',
    severity: 'information',
    app: fluxApp().id,
    message: 'prod runs 5',
    place: place(),
    related: [],
    data: {},
    ...more,
  };
}

function plan(findings: readonly (readonly Finding[])[], settings = {}): readonly string[] {
  const apps = findings.map((each) => appState({ findings: each }));
  const planned = planDiagnostics(overview({ apps }), settings);
  return [...planned].flatMap(([file, all]) => all.map(({ severity, message }) => `${file} ${severity} ${message}`));
}

describe('diagnostics of a state', () => {
  it('stand on the place of the finding', () => {
    assert.deepEqual(plan([[finding()]]), ['apps/web/patch.yaml information prod runs 5']);
  });

  it('become one where several apps share the scalar, as severe as the worst', () => {
    const other = finding({ message: 'staging runs 2', severity: 'warning' });
    assert.deepEqual(plan([[finding()], [other, finding()]]), [
      'apps/web/patch.yaml warning prod runs 5\nstaging runs 2',
    ]);
  });

  it('stand on the app’s own manifest when the line is unknown, and nowhere when there is none', () => {
    const declared = {
      file: 'clusters/web.yaml',
      document: 0,
      place: place('clusters/web.yaml', 'web'),
      object: { apiVersion: 'v1', kind: 'K', metadata: {} },
    };
    const unplaced = finding({ place: undefined });
    const planned = planDiagnostics(
      overview({ apps: [appState({ app: fluxApp({ declared }), findings: [unplaced] })] }),
      {},
    );
    assert.deepEqual([...planned.keys()], ['clusters/web.yaml']);
    assert.deepEqual(plan([[unplaced]]), []);
  });

  it('follow the person’s severities', () => {
    assert.deepEqual(plan([[finding()]], { 'drift.field-changed': 'error' }), [
      'apps/web/patch.yaml error prod runs 5',
    ]);
    assert.deepEqual(plan([[finding()]], { 'drift.field-changed': 'off' }), []);
  });

  it('stand on files that belong to no app because they do not parse, once', () => {
    const problem = { severity: 'error', message: 'bad', file: 'clusters/web.yaml', line: 3, column: 1 } as const;
    const planned = (problems: readonly (typeof problem)[], settings = {}): readonly string[] =>
      [...planDiagnostics(overview({ apps: [appState({ problems })], problems: [problem] }), settings).values()]
        .flat()
        .map(({ code, place: { file, range } }) => `${code} ${file}:${range.line}`);
    assert.deepEqual(planned([]), ['source.unparsable clusters/web.yaml:3']);
    assert.deepEqual(planned([problem]), []);
    assert.deepEqual(planned([], { 'source.unparsable': 'off' }), []);
  });

  it('ignore severities that mean nothing', () => {
    assert.deepEqual(readSeverities({ 'drift.field-changed': 'loud', 'render.failed': 'warning', other: 'error' }), {
      'render.failed': 'warning',
    });
    assert.deepEqual(readSeverities('error'), {});
  });

  it('are held back while the editor has another text at a place', () => {
    const planned = [...planDiagnostics(overview({ apps: [appState({ findings: [finding()] })] }), {}).values()].flat();
    assert.equal(
      isCurrent(() => '3', planned),
      true,
    );
    assert.equal(
      isCurrent(() => '31', planned),
      false,
    );
  });
});

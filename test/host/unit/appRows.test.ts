import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { plainText } from '../../../src/host/text.ts';
import { appRows } from '../../../src/host/views/appRows.ts';
import { conditionIcons } from '../../../src/host/views/appWords.ts';
import { changedRows, indexRows } from '../../../src/host/views/row.ts';
import type { Row } from '../../../src/host/views/row.ts';
import type { App } from '../../../src/core/model/app.ts';
import type { OverviewState } from '../../../src/core/overview/state.ts';
import {
  appState,
  connected,
  deployment,
  fluxApp,
  gitOnly,
  now,
  overview,
  place,
  replicasDrift,
  secret,
} from './states.ts';

const context = { now, t: plainText };

/** The tree as text, two spaces a level, description behind a bar. */
function draw(rows: readonly Row[], indent = ''): readonly string[] {
  return rows.flatMap((row) => [
    `${indent}${row.label}${row.description ? ` | ${row.description}` : ''}`,
    ...draw(row.children, `${indent}  `),
  ]);
}

function check(state: Partial<OverviewState>, expected: readonly string[]): void {
  assert.deepEqual(draw(appRows(overview(state), context)), expected);
}

function rowsIn(rows: readonly Row[]): readonly Row[] {
  return rows.flatMap((row) => [row, ...rowsIn(row.children)]);
}

describe('rows of the Apps view', () => {
  it('tell what a project does not permit, what only Argo CD knows and what a set made from what does not render', () => {
    const argo = (name: string, kind: string, more: Partial<App> = {}): App => {
      const object = { apiVersion: 'argoproj.io/v1alpha1', kind, metadata: { name } };
      const declared = { file: 'a.yaml', document: 0, place: place('a.yaml'), object };
      return fluxApp({ kind: 'argo-application', name, namespace: 'argocd', declared, ...more });
    };
    const source = { kind: 'unsupported', why: 'It asks a Git service.' } as const;
    const made = argo('store', 'Application').declared;
    const generated = { set: 'stores', rules: ['It is in step 1.'], from: [] };
    const apps = [
      gitOnly({
        app: argo('loyalty', 'Application'),
        problems: [{ severity: 'error', code: 'project.denied', message: 'No.' }],
      }),
      gitOnly({
        app: argo('previews', 'ApplicationSet', { source }),
        problems: [{ severity: 'warning', code: 'source.undecided', message: source.why }],
      }),
      gitOnly({
        app: argo('torn', 'ApplicationSet', { source }),
        problems: [{ severity: 'error', message: 'No such function.' }],
      }),
      gitOnly({ app: argo('store', 'Application', { declared: made && { ...made, generated } }) }),
    ];
    const rows = appRows(overview({ apps }), context);
    assert.deepEqual(
      draw(rows).filter((line) => /^ {2}\w/.test(line)),
      [
        '  loyalty | not permitted by its project · apps/web',
        '  previews | ApplicationSet, undecided',
        '  torn | ApplicationSet, refused · does not render',
        '  store | apps/web · of the set stores',
      ],
    );
    const icons = rows[0]?.children.map(({ icon }) => icon);
    assert.deepEqual(icons?.slice(0, 2), [conditionIcons.unpermitted, conditionIcons.undecided]);
    assert.match(rows[0]?.children[3]?.tooltip ?? '', /Made by the ApplicationSet stores\nIt is in step 1\./);
  });

  it('group by reconciler while there is Git only', () => {
    const bare = fluxApp({ kind: 'kustomize', name: 'tools', namespace: undefined });
    check({ apps: [gitOnly({ app: bare }), gitOnly()] }, [
      'Flux | 1 app',
      '  web | apps/web',
      'kustomize | 1 app',
      '  tools',
    ]);
  });

  it('group by cluster once there is one, with apps that none runs kept in sight', () => {
    const other = gitOnly({ app: fluxApp({ id: fluxApp({}).id, name: 'other' }) });
    check({ apps: [appState(), other], clusters: [connected] }, [
      'prod | 1 app',
      '  web | Flux · Synced · Healthy',
      'Not in any cluster | 1 app',
      '  other | Flux',
    ]);
    const status = { kind: 'offline', message: 'x' } as const;
    const [, group] = appRows(overview({ apps: [other], clusters: [{ context: 'prod', status }] }), context);
    assert.equal(group?.label, 'Not seen in any cluster');
  });

  it('say a drift with field, values, writer and age', () => {
    check({ apps: [appState({ differences: [replicasDrift()] })], clusters: [connected] }, [
      'prod | 1 app · 1 drifted',
      '  web | Flux · 1 difference · Synced · Healthy',
      '    Differences | 1',
      '      Deployment web | spec.replicas   3 → 5   drift, kubectl-edit 2 h ago',
    ]);
  });

  it('read a pending change from what was to what is on its way, and shorten images to their tags', () => {
    const field = {
      path: '/spec/template/spec/containers/0/image',
      change: 'modify',
      desired: 'registry.example/web:1.4.2',
      live: 'registry.example/web:1.4.1',
    } as const;
    const rows = appRows(
      overview({ apps: [gitOnly({ differences: [replicasDrift({ origin: 'unsynced', field })] })] }),
      context,
    );
    assert.ok(draw(rows).includes('      Deployment web | containers[0].image   1.4.1 → 1.4.2   unsynced'));
  });

  it('never say a value of a Secret', () => {
    const field = { path: '/data/token', change: 'modify', desired: 'aGVsbG8=', live: 'd29ybGQ=' } as const;
    const rows = appRows(
      overview({ apps: [gitOnly({ differences: [replicasDrift({ object: secret, field })] })] }),
      context,
    );
    assert.ok(draw(rows).includes('      Secret keys | token   changed (hidden)   drift'));
    assert.doesNotMatch(JSON.stringify(rows), /aGVsbG8|d29ybGQ/);
  });

  it('put problems of an app and of the repository where they can be opened', () => {
    const problem = {
      severity: 'error',
      message: 'no such resource',
      file: 'apps/web/kustomization.yaml',
      line: 4,
    } as const;
    check({ apps: [gitOnly({ problems: [problem] })], problems: [{ ...problem, message: 'bad indentation' }] }, [
      'Flux | 1 app',
      '  web | does not render · apps/web',
      '    Problems | 1',
      '      no such resource | kustomization.yaml:4',
      'Problems | 1',
      '  bad indentation | kustomization.yaml:4',
    ]);
    const [row] = rowsIn(appRows(overview({ problems: [problem] }), context)).filter(
      ({ target }) => target?.kind === 'file',
    );
    assert.deepEqual(row?.target, { kind: 'file', file: 'apps/web/kustomization.yaml', line: 4, column: 1 });
  });

  it('tell trouble once that is a problem of the app and a finding', () => {
    const why = 'It needs the chart web, which was not fetched yet.';
    const needs = { kind: 'oci', url: 'oci://registry.example/charts/web', version: '1.x' } as const;
    const problem = { severity: 'error', message: why, file: 'apps/web/web.yaml', line: 4, needs } as const;
    const { app } = gitOnly();
    const findings = [
      {
        code: 'source.elsewhere',
        severity: 'information',
        app: app.id,
        message: `${app.name}: ${why}`,
        related: [],
        data: {},
      },
    ] as const;
    const rows = rowsIn(appRows(overview({ apps: [gitOnly({ problems: [problem], findings })] }), context));
    assert.deepEqual(
      rows.filter(({ context: words }) => words === 'problem').map(({ label, icon }) => [label, icon?.name]),
      // Nobody's mistake: no red cross.
      [[why, 'cloud-download']],
    );
    // A narrow view cuts the end.
    assert.equal(rows.find(({ label }) => label === app.name)?.description, 'not fetched · apps/web');
  });

  it('say on an object what its reconciler says otherwise, and why', () => {
    const why = 'Argo CD looked before the object changed.';
    const disagreements = [{ about: 'health', ours: 'Degraded', theirs: 'Healthy', why }] as const;
    const resource = { key: deployment, health: { status: 'Degraded' }, disagreements, isDeclared: true, isLive: true };
    const state = overview({ apps: [appState({ resources: [resource] })], clusters: [connected] });
    const row = rowsIn(appRows(state, context)).find(({ label }) => label === 'Deployment web');
    assert.match(row?.tooltip ?? '', /Its reconciler says Healthy, here it is Degraded\. Argo CD looked before/);
  });

  it('list what the reconciler applied, with the subject of the commit, and say it beside drift', () => {
    const commit = 'a'.repeat(40);
    const time = '2026-05-01T09:00:00Z';
    const history = [
      { revision: 'b'.repeat(40), time: '2026-05-01T11:00:00Z', result: 'failed', message: 'no such file' },
      { revision: commit, time, result: 'succeeded', subject: 'Release 1.4', by: 'ada' },
    ] as const;
    const state = { apps: [appState({ history, differences: [replicasDrift()] })], clusters: [connected] };
    check(state, [
      'prod | 1 app · 1 drifted',
      '  web | Flux · 1 difference · Synced · Healthy',
      '    Differences | 1',
      '      Deployment web | spec.replicas   3 → 5   drift, kubectl-edit 2 h ago',
      '    History | 2',
      '      bbbbbbb | failed · 1 h ago',
      '      aaaaaaa | Release 1.4 · 3 h ago',
    ]);
    const rows = rowsIn(appRows(overview(state), context));
    const tooltips = rows.flatMap(({ label, tooltip }) => (label === 'Deployment web' ? [tooltip] : []));
    assert.match(tooltips.join(''), /^Flux applied aaaaaaa Release 1\.4 3 h ago, asked for by ada\.$/m);
  });

  it('list resources with health and verdict', () => {
    const diff = { verdict: 'missing', fields: [], remarks: [] } as const;
    const resource = { key: deployment, diff, health: { status: 'Missing' }, isDeclared: true, isLive: false };
    check({ apps: [appState({ resources: [resource] })], clusters: [connected] }, [
      'prod | 1 app',
      '  web | Flux · Synced · Healthy',
      '    Resources | 1',
      '      Deployment web | Missing · not in the cluster',
    ]);
  });

  for (const [status, expected] of [
    [{ kind: 'connecting' }, ['prod | connecting… · 0 apps']],
    [
      { kind: 'waiting', program: '/opt/cloud/bin/cloud-login' },
      [
        'prod | waiting for cloud-login · 0 apps',
        '  /opt/cloud/bin/cloud-login gets the credentials and may be waiting for you to log in. Disconnect to end it.',
      ],
    ],
    [
      { kind: 'partly-forbidden', denied: ['may not list secrets in web'] },
      ['prod | partly forbidden · 0 apps', '  may not list secrets in web'],
    ],
    [{ kind: 'offline', message: 'connection refused' }, ['prod | offline · 0 apps']],
    [
      { kind: 'no-reconciler' },
      ['prod | no reconciler · 0 apps', '  This cluster serves neither Argo CD’s nor Flux’s kinds.'],
    ],
  ] as const) {
    it(`say that a cluster is ${status.kind}`, () => {
      check({ clusters: [{ context: 'prod', status }] }, expected);
    });
  }

  it('offer sync only for an app that a reconciler of a connected cluster runs', () => {
    const words = (rows: readonly Row[]): readonly string[] =>
      rowsIn(rows)
        .filter(({ target }) => target?.kind === 'app')
        .map((row) => row.context);
    assert.deepEqual(words(appRows(overview({ apps: [appState()], clusters: [connected] }), context)), [
      'app flux reconciled here connected',
    ]);
    assert.deepEqual(words(appRows(overview({ apps: [gitOnly()] }), context)), ['app flux reconciled here detached']);
  });

  it('mark differences whose line is proven', () => {
    const provenance = { kind: 'proven', place: place(), via: 'patch-smp', also: [] } as const;
    const rows = rowsIn(
      appRows(overview({ apps: [gitOnly({ differences: [replicasDrift({ provenance })] })] }), context),
    );
    const row = rows.find(({ target }) => target?.kind === 'difference');
    assert.equal(row?.context, 'difference drift proven');
    assert.match(row.tooltip ?? '', /Decided by apps\/web\/patch\.yaml, line 7/);
  });

  it('use icons that exist, a shape of its own for each condition', () => {
    const css = readFileSync(
      new URL('../../../node_modules/@vscode/codicons/dist/codicon.css', import.meta.url),
      'utf8',
    );
    const names = Object.values(conditionIcons).map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => !css.includes(`.codicon-${name}:before`)),
      [],
    );
    assert.equal(new Set(names).size, names.length);
  });
});

describe('redrawing the Apps view', () => {
  const index = (state: Partial<OverviewState>): ReturnType<typeof indexRows> =>
    indexRows(appRows(overview(state), context));

  it('touches nothing when the new state looks the same', () => {
    assert.deepEqual(
      changedRows(
        index({ apps: [appState()], clusters: [connected] }),
        index({ apps: [appState()], clusters: [connected] }),
      ),
      [],
    );
  });

  it('touches the app and its group, not the root, when a difference appears', () => {
    const before = index({ apps: [appState()], clusters: [connected] });
    const after = index({ apps: [appState({ differences: [replicasDrift()] })], clusters: [connected] });
    assert.deepEqual(changedRows(before, after), ['cluster:prod', fluxApp().id]);
  });

  it('draws all when a group comes or goes', () => {
    assert.deepEqual(changedRows(index({}), index({ apps: [gitOnly()] })), ['']);
  });

  it('knows the parent of every row', () => {
    const { rows, parents } = index({ apps: [appState({ differences: [replicasDrift()] })], clusters: [connected] });
    const difference = [...rows.keys()].find((id) => id.includes('|difference|')) ?? '';
    assert.equal(parents.get(difference), `${fluxApp().id}|differences`);
    assert.equal(parents.get(fluxApp().id), 'cluster:prod');
  });
});

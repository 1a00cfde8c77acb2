import assert from 'node:assert/strict';
import type { ChangeSet, ObjectEffect } from '../../../src/core/change/changeSet.ts';
import { appId } from '../../../src/core/model/app.ts';
import type { Rendering } from '../../../src/core/model/rendering.ts';
import { asKubeObject, keyOf, resourceKey } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import type { Json } from '../../../src/core/model/json.ts';
import type { AppState, OverviewState, PlacedDifference } from '../../../src/core/overview/state.ts';
import { acceptanceOf } from '../../../src/core/overview/acceptance.ts';
import { buildEffect } from '../../../src/host/panel/buildEffect.ts';
import { buildAct, buildFiles, buildPanelApp, filesThatDiffer } from '../../../src/host/panel/buildSnapshot.ts';
import { valueAtSamePlace } from '../../../src/host/panel/cellValues.ts';
import { PanelOutbox } from '../../../src/host/panel/panelOutbox.ts';
import { plainText } from '../../../src/host/text.ts';
import { parsePanelMessage } from '../../../src/protocol/panel.ts';
import type { HostMessage } from '../../../src/protocol/panel.ts';
import type { PanelEffect } from '../../../src/protocol/panelState.ts';
import { running, snapshot } from '../../webview/snapshots.ts';

function kube(value: Json): KubeObject {
  const object = asKubeObject(value);
  assert.ok(object);
  return object;
}

const deployment = (replicas: number, ...containers: readonly Json[]): KubeObject =>
  kube({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas, template: { spec: { containers } } },
  });
const secret = (token: string): KubeObject =>
  kube({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'shop' }, stringData: { token } });

const state: AppState = {
  app: {
    id: appId('flux-kustomization', { namespace: 'flux-system', name: 'shop' }),
    kind: 'flux-kustomization',
    name: 'shop',
    namespace: 'flux-system',
    source: { kind: 'here', path: 'apps/shop', render: 'kustomize' },
    destination: { namespace: 'shop' },
  },
  context: 'prod',
  objectsContext: 'prod',
  sync: { status: 'Synced', isSuspended: false, isRunning: false },
  health: { status: 'Current' },
  resources: [],
  differences: [],
  findings: [],
  problems: [],
};

const changeSet: ChangeSet = {
  app: state.app.id,
  files: [{ path: 'apps/shop/a.yaml', kind: 'modified', isStaged: false, isUnsaved: false }],
  effects: [],
  counts: { added: 0, changed: 0, removed: 0, fields: 0 },
  others: [],
  risks: [],
  message: 'shop: image 1 → 2',
  blockers: [],
};

const overview: OverviewState = {
  phase: 'ready',
  apps: [state],
  clusters: [{ context: 'prod', status: { kind: 'connected' } }],
  problems: [],
  repo: {
    head: 'a'.repeat(40),
    branch: 'main',
    upstream: { name: 'origin/main', ahead: 0, behind: 0 },
    changes: [],
    remotes: [],
  },
};

const rendering = (...objects: readonly KubeObject[]): Rendering => ({
  objects: objects.map((object) => ({ key: keyOf(object), object, transformations: [] })),
  problems: [],
  reads: [],
});

function effectOf(
  effects: readonly ObjectEffect[],
  drift: readonly PlacedDifference[] = [],
  live?: KubeObject,
  policies: AppState['policies'] = [],
): PanelEffect {
  const after = rendering(...effects.flatMap((effect) => (effect.after === undefined ? [] : [effect.after])));
  const input = {
    state: { ...state, differences: drift },
    apps: [{ ...state, policies }],
    changeSet: { ...changeSet, effects },
    after,
    liveObject: () => live,
    acceptanceOf,
    now: new Date('2026-01-05T12:00:00Z'),
  };
  return buildEffect(input, plainText);
}

describe('the effect part of the panel', () => {
  const before = deployment(3, { name: 'web', image: 'web:1' });
  const after = deployment(3, { name: 'web', image: 'web:2' });
  const image = '/spec/template/spec/containers/0/image';
  const changed: ObjectEffect = {
    key: keyOf(after),
    change: 'changed',
    before,
    after,
    live: deployment(5, { name: 'sidecar', image: 'mesh:9' }, { name: 'web', image: 'web:1' }),
    fields: [{ path: image, change: 'modify', desired: 'web:2', live: 'web:1' }],
  };

  it('shows before, after and live of a field, the container found by its name behind an injected one', () => {
    const [row] = effectOf([changed]).objects[0]?.fields ?? [];
    assert.deepEqual(
      [row?.before, row?.after, row?.live],
      ['web:1', 'web:2', 'web:1'].map((text) => ({ type: 'value', text })),
    );
    assert.equal(row?.path, 'spec.template.spec.containers[0].image');
  });

  it('sets drift of the same object beside its change, with its writer', () => {
    const writer = { manager: 'kubectl-edit', operation: 'Update' as const, time: '2026-01-05T10:00:00Z' };
    const field = { path: '/spec/replicas', change: 'modify' as const, desired: 3, live: 5, writer };
    const drift: PlacedDifference = { origin: 'drift', object: keyOf(after), verdict: 'modified', field };
    const rows = effectOf([changed], [drift]).objects[0]?.fields ?? [];
    assert.deepEqual(
      rows.map(({ path, change }) => [path, change]),
      [
        ['spec.template.spec.containers[0].image', 'modify'],
        ['spec.replicas', 'drift'],
      ],
    );
    assert.equal(rows[1]?.writer, 'kubectl-edit, 2 h ago');
  });

  it('lists an object that only drifted by itself', () => {
    const field = { path: '/spec/replicas', change: 'modify' as const, desired: 3, live: 5 };
    const effect = effectOf([], [{ origin: 'drift', object: keyOf(after), verdict: 'modified', field }], after);
    assert.deepEqual(
      effect.objects.map(({ name, change }) => [name, change]),
      [['web', 'drifted']],
    );
  });

  it('never shows a value of a Secret, changed, added or removed', () => {
    const [one, two] = [secret('hunter2'), secret('correct horse')];
    const fields = [
      { path: '/stringData/token', change: 'modify' as const, desired: 'correct horse', live: 'hunter2' },
    ];
    const effects: readonly ObjectEffect[] = [
      { key: keyOf(one), change: 'changed', before: one, after: two, live: one, fields },
      { key: keyOf(one), change: 'added', after: two, fields: [] },
      { key: keyOf(one), change: 'removed', before: one, live: one, fields: [] },
    ];
    const text = JSON.stringify(effects.map((effect) => effectOf([effect])));
    assert.doesNotMatch(text, /hunter2|correct horse/);
    assert.match(text, /hidden/);
  });

  it('counts fields beyond what can be read', () => {
    const fields = Array.from({ length: 55 }, (_, at) => ({
      path: `/spec/f${String(at)}`,
      change: 'add' as const,
      desired: at,
    }));
    const [object] = effectOf([{ ...changed, fields }]).objects;
    assert.equal((object?.fields.length ?? 0) + (object?.hiddenFields ?? 0), 55);
    assert.ok((object?.hiddenFields ?? 0) > 0);
  });

  it('passes the page’s own check', () => {
    assert.notEqual(parsePanelMessage({ type: 'effect', effect: effectOf([changed]) }), undefined);
  });

  it('tells what policies say of the objects that change, and of no other', () => {
    const verdict = (object: typeof changed.key, message: string) => {
      const result = { request: 'r', policy: 'few', result: 'fail', actions: ['Deny'], message } as const;
      return { app: state.app.id, object, result };
    };
    const other = resourceKey({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'other' });
    const policies = [verdict(changed.key, 'too\nmany'), verdict(other, 'not touched')];
    const { risks } = effectOf([changed], [], undefined, policies);
    assert.deepEqual(
      risks.filter(({ code }) => code.startsWith('policy.')),
      [{ code: 'policy.denied', severity: 'danger', message: 'few denies Deployment web: too many.' }],
    );
  });
});

describe('finding the same place in the live object', () => {
  it('pairs by the list’s key and answers nothing for an entry that is not there', () => {
    const list = (...names: readonly string[]): Json => ({ items: names.map((name) => ({ name, value: name })) });
    assert.equal(valueAtSamePlace(list('a'), '/items/0/value', list('x', 'a')), 'a');
    assert.equal(valueAtSamePlace(list('a'), '/items/0/value', list('x')), undefined);
  });

  it('pairs plain lists by position', () => {
    assert.equal(valueAtSamePlace({ args: ['-v'] }, '/args/0', { args: ['-q'] }), '-q');
  });

  it('does not read what every object inherits', () => {
    assert.equal(valueAtSamePlace({}, '/constructor', {}), undefined);
  });
});

describe('the acts of the panel', () => {
  const input = { state, overview, changeSet, hasConnection: true, isRunning: false };

  it('are ready and say where they write', () => {
    const act = buildAct(input, plainText);
    assert.deepEqual([act.commit.isReady, act.commitAndSync.isReady, act.sync.isReady], [true, true, true]);
    assert.match(act.commitAndSync.text, /main.*origin\/main.*Flux.*prod/);
  });

  const blocked: readonly (readonly [string, Partial<typeof input>, readonly boolean[], RegExp])[] = [
    [
      'a rebase stops the commit',
      { changeSet: { ...changeSet, blockers: [{ code: 'git-busy', message: 'rebase', blocks: 'commit' }] } },
      [false, false, true],
      /rebase/,
    ],
    [
      'a missing upstream leaves the commit',
      { changeSet: { ...changeSet, blockers: [{ code: 'git-no-upstream', message: 'upstream', blocks: 'push' }] } },
      [true, false, true],
      /upstream/,
    ],
    ['no cluster leaves the commit', { state: { ...state, context: undefined } }, [true, false, false], /Connect/],
    ['a lost connection leaves the commit', { hasConnection: false }, [true, false, false], /not reachable/],
    [
      'a suspended app leaves the commit',
      { state: { ...state, sync: { ...state.sync, isSuspended: true } } },
      [true, false, false],
      /suspended/,
    ],
    ['a run stops all', { isRunning: true }, [false, false, false], /under way/],
    [
      'a bare folder has nobody to ask',
      { state: { ...state, app: { ...state.app, kind: 'kustomize' } } },
      [true, false, false],
      /Neither/,
    ],
  ];
  for (const [what, change, ready, why] of blocked) {
    it(what, () => {
      const act = buildAct({ ...input, ...change }, plainText);
      assert.deepEqual([act.commit.isReady, act.commitAndSync.isReady, act.sync.isReady], ready);
      assert.match(act.commitAndSync.text, why);
    });
  }

  it('push first what is committed and not pushed', () => {
    const repo = { ...overview.repo, changes: [], remotes: [], upstream: { name: 'origin/main', ahead: 2, behind: 0 } };
    const { sync } = buildAct({ ...input, overview: { ...overview, repo } }, plainText);
    assert.equal(sync.label, 'Push & sync');
    assert.match(sync.text, /2 commits to origin\/main/);
  });
});

describe('the header and the files of the panel', () => {
  it('say the state of the cluster behind the app', () => {
    const at = (kind: 'connected' | 'connecting'): string =>
      buildPanelApp(state, [{ context: 'prod', status: { kind } }], plainText).live.word;
    assert.deepEqual([at('connected'), at('connecting')], ['Live', 'Connecting']);
    assert.equal(buildPanelApp({ ...state, context: undefined }, [], plainText).live.word, 'Git only');
  });

  it('name the namespaces of the objects where the app itself names none', () => {
    const app = { ...state.app, destination: {} };
    const resources = [secret('a'), deployment(1)].map((object) => ({
      key: keyOf(object),
      isDeclared: true,
      isLive: true,
    }));
    assert.equal(buildPanelApp({ ...state, app, resources }, [], plainText).namespace, 'shop');
    assert.equal(buildPanelApp({ ...state, app }, [], plainText).namespace, undefined);
  });

  it('list changed files first, unpushed ones next, and never a file that is not there', () => {
    const reads = ['b.yaml', 'c.yaml', 'gone.yaml', 'apps/shop/a.yaml'].map((path) => ({
      path,
      kind: 'file' as const,
      digest: path === 'gone.yaml' ? 'absent' : path,
    }));
    const files = buildFiles({ changeSet, after: { ...rendering(), reads }, unpushed: ['c.yaml'] });
    assert.deepEqual(
      files.map(({ path, origin }) => [path, origin]),
      [
        ['apps/shop/a.yaml', 'uncommitted'],
        ['c.yaml', 'unpushed'],
        ['b.yaml', 'unchanged'],
      ],
    );
  });

  it('tell unpushed files by what the two renderings read', () => {
    const read = (digest: string): Rendering => ({ ...rendering(), reads: [{ path: 'a', kind: 'file', digest }] });
    assert.deepEqual(filesThatDiffer(read('1'), read('2')), ['a']);
    assert.deepEqual(filesThatDiffer(read('1'), read('1')), []);
  });
});

describe('what the host sends', () => {
  function outbox(): { readonly box: PanelOutbox; readonly sent: HostMessage[] } {
    const sent: HostMessage[] = [];
    return { box: new PanelOutbox((message) => sent.push(message)), sent };
  }

  it('is nothing before the page is ready', () => {
    const { box, sent } = outbox();
    box.show(snapshot);
    assert.deepEqual(sent, []);
  });

  it('is one whole snapshot, then only the parts that are different', () => {
    const { box, sent } = outbox();
    box.forget();
    box.show(snapshot);
    box.show(structuredClone(snapshot));
    box.show({ ...snapshot, progress: running });
    box.show(snapshot);
    assert.deepEqual(
      sent.map((message) => message.type),
      ['snapshot', 'progress', 'progress'],
    );
  });

  it('is whole again for a page that started anew', () => {
    const { box, sent } = outbox();
    box.forget();
    box.show(snapshot);
    box.forget();
    box.show(snapshot);
    assert.deepEqual(
      sent.map((message) => message.type),
      ['snapshot', 'snapshot'],
    );
  });
});

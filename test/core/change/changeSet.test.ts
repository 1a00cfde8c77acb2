import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { findBlockers } from '../../../src/core/change/blockers.ts';
import { buildChangeSet } from '../../../src/core/change/changeSet.ts';
import type { AppRenderings, ChangeInput, CompareRendered } from '../../../src/core/change/changeSet.ts';
import { appId } from '../../../src/core/model/app.ts';
import type { App } from '../../../src/core/model/app.ts';
import type { FieldDifference } from '../../../src/core/model/difference.ts';
import { isObject } from '../../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../../src/core/model/json.ts';
import type { Rendering } from '../../../src/core/model/rendering.ts';
import { keyOf } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import type { FileChange, RepoState } from '../../../src/core/ports.ts';

const clean: RepoState = {
  head: 'a'.repeat(40),
  branch: 'main',
  upstream: { name: 'origin/main', commit: 'a'.repeat(40), ahead: 0, behind: 0 },
  changes: [],
  remotes: [{ name: 'origin', urls: ['https://git.example/shop.git'] }],
};

function app(name: string, render: 'kustomize' | 'directory' = 'kustomize'): App {
  return {
    id: appId('kustomize', { path: `apps/${name}` }),
    kind: 'kustomize',
    name,
    source: { kind: 'here', path: `apps/${name}`, render },
    destination: {},
  };
}

function deployment(name: string, spec: JsonObject): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop' }, spec };
}

function image(tag: string): JsonObject {
  return { template: { spec: { containers: [{ name: 'web', image: `ghcr.io/shop/web:${tag}` }] } } };
}

function rendering(objects: readonly KubeObject[], files: readonly string[] = ['apps/web/web.yaml']): Rendering {
  return {
    objects: objects.map((object) => ({ key: keyOf(object), object, transformations: [] })),
    problems: [],
    reads: files.map((path) => ({ path, kind: 'file', digest: 'x' })),
  };
}

function renderings(of: App, before: readonly KubeObject[], after: readonly KubeObject[]): AppRenderings {
  return { app: of, before: rendering(before), after: rendering(after) };
}

/** Leaf by leaf, which is enough here; the product hands in the comparison of core/diff. */
const compare: CompareRendered = (before, after) => walk(before, after, '');

function walk(live: Json | undefined, desired: Json | undefined, path: string): readonly FieldDifference[] {
  if ((isObject(live) || Array.isArray(live)) && (isObject(desired) || Array.isArray(desired))) {
    const [one, other] = [Object(live) as JsonObject, Object(desired) as JsonObject];
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return keys.flatMap((key) => walk(one[key], other[key], `${path}/${key}`));
  }
  if (live === desired) return [];
  return [{ path, change: live === undefined ? 'add' : desired === undefined ? 'remove' : 'modify', desired, live }];
}

function build(own: AppRenderings, more: Partial<ChangeInput> = {}): ReturnType<typeof buildChangeSet> {
  return buildChangeSet(
    { ...own, repo: clean, unsaved: [], others: [], liveObject: () => undefined, ...more },
    compare,
  );
}

function changed(path: string, kind: FileChange['kind'] = 'modified'): FileChange {
  return { path, kind, isStaged: false };
}

describe('a change set', () => {
  it('tells what becomes of each object, removed ones first', () => {
    const live = deployment('b', { replicas: 9 });
    const set = build(
      renderings(
        app('web'),
        [deployment('a', { replicas: 1 }), deployment('b', { replicas: 1 }), deployment('same', {})],
        [deployment('b', { replicas: 2 }), deployment('c', { replicas: 1 }), deployment('same', {})],
      ),
      { liveObject: (key) => (key === keyOf(live) ? live : undefined) },
    );
    assert.deepEqual(
      set.effects.map(({ key, change, fields }) => [key, change, fields.map(({ path }) => path)]),
      [
        ['apps/Deployment/shop/a', 'removed', []],
        ['apps/Deployment/shop/b', 'changed', ['/spec/replicas']],
        ['apps/Deployment/shop/c', 'added', []],
      ],
    );
    assert.equal(set.effects[1]?.live, live);
    assert.deepEqual(set.counts, { added: 1, changed: 1, removed: 1, fields: 1 });
  });

  it('takes the changed and unsaved files that the app reads, and no others', () => {
    const own = renderings(app('web'), [], []);
    const repo = { ...clean, changes: [changed('apps/web/web.yaml'), changed('README.md')] };
    assert.deepEqual(build(own, { repo, unsaved: ['apps/web/web.yaml', 'docs/a.md'] }).files, [
      { path: 'apps/web/web.yaml', kind: 'modified', isStaged: false, isUnsaved: true },
    ]);
    assert.deepEqual(build(own, { unsaved: ['apps/web/web.yaml'] }).files, [
      { path: 'apps/web/web.yaml', kind: 'modified', isStaged: false, isUnsaved: true },
    ]);
  });

  it('takes deleted files of a plain folder too', () => {
    const plain = app('web', 'directory');
    const repo = { ...clean, changes: [changed('apps/web/old.yaml', 'deleted'), changed('apps/website/a.yaml')] };
    assert.deepEqual(
      build(renderings(plain, [], []), { repo }).files.map(({ path }) => path),
      ['apps/web/old.yaml'],
    );
  });

  it('says which other apps the change reaches', () => {
    const own = renderings(app('web'), [deployment('web', image('1.4.1'))], [deployment('web', image('1.4.2'))]);
    const reached = renderings(app('staging'), [deployment('s', { replicas: 1 })], [deployment('s', { replicas: 2 })]);
    const untouched = renderings(app('other'), [deployment('o', {})], [deployment('o', {})]);
    const set = build(own, { others: [reached, untouched], unsaved: ['apps/web/web.yaml'] });
    assert.deepEqual(
      set.others.map((other) => other.app.name),
      ['staging'],
    );
    assert.equal(set.message, 'web: image 1.4.1 → 1.4.2\n\nAlso changes:\n- staging: replicas 1 → 2');
  });

  it('leaves out apps that other changed files change: they are not in the commit', () => {
    const own = renderings(app('web'), [deployment('web', image('1.4.1'))], [deployment('web', image('1.4.2'))]);
    const elsewhere: AppRenderings = {
      app: app('policies'),
      before: rendering([], []),
      after: rendering([deployment('p', {})], ['policies/new.yaml']),
    };
    const repo = { ...clean, changes: [changed('apps/web/web.yaml'), changed('policies/new.yaml')] };
    const set = build(own, { repo, others: [elsewhere] });
    assert.deepEqual(set.others, []);
    assert.equal(set.message, 'web: image 1.4.1 → 1.4.2');
  });
});

describe('the template of a commit message', () => {
  const message = (before: readonly KubeObject[], after: readonly KubeObject[]): string =>
    build(renderings(app('web'), before, after)).message;

  it('names the tags of an image, or all of it when its name changes', () => {
    assert.equal(
      message([deployment('a', image('1.4.1'))], [deployment('a', image('1.4.2'))]),
      'web: image 1.4.1 → 1.4.2',
    );
    const other = { template: { spec: { containers: [{ name: 'web', image: 'quay.io/web:2' }] } } };
    assert.equal(
      message([deployment('a', image('1'))], [deployment('a', other)]),
      'web: image ghcr.io/shop/web:1 → quay.io/web:2',
    );
    const port = (tag: string): JsonObject => ({ image: `localhost:5000/web:${tag}` });
    assert.equal(message([deployment('a', port('1'))], [deployment('a', port('2'))]), 'web: image 1 → 2');
  });

  it('says the same change of several objects once', () => {
    const at = (tag: string): readonly KubeObject[] => [deployment('a', image(tag)), deployment('b', image(tag))];
    assert.equal(message(at('1'), at('2')), 'web: image 1 → 2');
  });

  it('names added, removed and set things', () => {
    assert.equal(message([], [deployment('a', {})]), 'web: add Deployment a');
    assert.equal(message([deployment('a', {})], []), 'web: remove Deployment a');
    assert.equal(message([deployment('a', {})], [deployment('a', { paused: true })]), 'web: paused true');
    assert.equal(message([deployment('a', { paused: true })], [deployment('a', {})]), 'web: remove paused');
  });

  it('counts when there is much', () => {
    const many = (n: number): JsonObject =>
      Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`field${i}`, `value-${n}`]));
    assert.equal(
      message([deployment('a', many(1))], [deployment('a', many(2)), deployment('b', {})]),
      'web: add 1 object, change 1 object',
    );
  });

  it('says that nothing rendered changes', () => {
    assert.equal(message([], []), 'web: no change of the rendered objects');
  });
});

describe('the risks of a change', () => {
  const kinds = (before: readonly KubeObject[], after: readonly KubeObject[]): readonly string[] =>
    build(renderings(app('web'), before, after)).risks.map(({ kind }) => kind);
  const named = (apiVersion: string, kind: string, more: JsonObject = {}): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name: 'x' },
    ...more,
  });

  const cases: readonly {
    readonly name: string;
    readonly before: KubeObject[];
    readonly after: KubeObject[];
    readonly risks: string[];
  }[] = [
    {
      name: 'scaling to zero',
      before: [deployment('a', { replicas: 2 })],
      after: [deployment('a', { replicas: 0 })],
      risks: ['replicas-zero'],
    },
    {
      name: 'staying at zero',
      before: [deployment('a', { replicas: 0 })],
      after: [deployment('a', { replicas: 0, paused: true })],
      risks: [],
    },
    {
      name: 'a new image by tag',
      before: [deployment('a', image('1'))],
      after: [deployment('a', image('2'))],
      risks: ['image-tag'],
    },
    {
      name: 'a new image by digest',
      before: [deployment('a', image('1'))],
      after: [deployment('a', image(`2@sha256:${'0'.repeat(64)}`))],
      risks: [],
    },
    { name: 'a removed object', before: [named('v1', 'ConfigMap')], after: [], risks: ['prune'] },
    { name: 'a removed namespace', before: [named('v1', 'Namespace')], after: [], risks: ['namespace-removal'] },
    {
      name: 'a removed CRD',
      before: [named('apiextensions.k8s.io/v1', 'CustomResourceDefinition')],
      after: [],
      risks: ['crd-removal'],
    },
    {
      name: 'another selector',
      before: [deployment('a', { selector: { matchLabels: { app: 'a' } } })],
      after: [deployment('a', { selector: { matchLabels: { app: 'b' } } })],
      risks: ['immutable-field'],
    },
    {
      name: 'an immutable ConfigMap',
      before: [named('v1', 'ConfigMap', { immutable: true, data: { a: '1' } })],
      after: [named('v1', 'ConfigMap', { immutable: true, data: { a: '2' } })],
      risks: ['immutable-field'],
    },
  ];
  for (const { name, before, after, risks } of cases) {
    it(`of ${name} are ${risks.join(', ') || 'none'}`, () => {
      assert.deepEqual(kinds(before, after), risks);
    });
  }
});

describe('what blocks a commit or a push', () => {
  const file = changed('a.yaml');
  const cases: readonly {
    readonly name: string;
    readonly repo: Partial<RepoState>;
    readonly files?: FileChange[];
    readonly blockers: string[];
  }[] = [
    { name: 'a clean branch', repo: {}, blockers: [] },
    {
      name: 'a repository without commits',
      repo: { head: undefined, upstream: undefined, remotes: [] },
      blockers: ['push git-no-upstream'],
    },
    { name: 'a detached HEAD', repo: { branch: undefined, upstream: undefined }, blockers: ['commit git-detached'] },
    {
      name: 'a rebase',
      repo: { branch: undefined, upstream: undefined, busy: 'rebase' },
      blockers: ['commit git-busy'],
    },
    {
      name: 'a merge with conflicts',
      repo: { busy: 'merge' },
      files: [changed('a.yaml', 'conflicted')],
      blockers: ['commit git-busy', 'commit git-conflicted'],
    },
    { name: 'no changed file', repo: {}, files: [], blockers: ['commit git-nothing-to-commit'] },
    { name: 'a branch without upstream', repo: { upstream: undefined }, blockers: ['push git-no-upstream'] },
    {
      name: 'an upstream that moved on',
      repo: { upstream: { name: 'origin/main', ahead: 1, behind: 2 } },
      blockers: ['push git-push-rejected'],
    },
  ];
  for (const { name, repo, files = [file], blockers } of cases) {
    it(`with ${name}: ${blockers.join(', ') || 'nothing'}`, () => {
      const found = findBlockers({ ...clean, ...repo }, files);
      assert.deepEqual(
        found.map(({ blocks, code }) => `${blocks} ${code}`),
        blockers,
      );
      for (const { message } of found) assert.match(message, /\.$/);
    });
  }
});

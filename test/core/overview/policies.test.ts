import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { SnapshotConnection } from '../../../src/adapters/cluster/snapshotConnection.ts';
import { listAt, stringAt } from '../../../src/core/model/json.ts';
import type { Finding } from '../../../src/core/model/finding.ts';
import { UserError } from '../../../src/core/model/userError.ts';
import { Overview } from '../../../src/core/overview/overview.ts';
import type { OverviewDeps } from '../../../src/core/overview/overviewDeps.ts';
import type { PolicyEngine, PolicyQuestion, PolicyResult } from '../../../src/core/policy/judgement.ts';
import { quietLog } from '../../quietLog.ts';
import { quickClock } from './quickClock.ts';
import { memoryRepository } from './memoryRepository.ts';
import { noEngine, noScripts, plainHasher } from './unasked.ts';

/** An engine of one rule: a policy names the image tag that it does not allow, in `spec.tag`. */
function tagEngine(): PolicyEngine & { readonly asked: PolicyQuestion[] } {
  const asked: PolicyQuestion[] = [];
  return {
    asked,
    judge: (_engine, question) => {
      asked.push(question);
      const results = question.requests.flatMap(({ id, object }) =>
        question.policies.flatMap((policy): readonly PolicyResult[] => {
          const image = stringAt(listAt(object, 'spec', 'containers')[0], 'image');
          if (image === undefined) return [];
          const isBad = image.endsWith(`:${stringAt(policy.object, 'spec', 'tag') ?? ''}`);
          const about = { request: id, document: policy.id, policy: stringAt(policy.object, 'metadata', 'name') ?? '' };
          return isBad
            ? [
                {
                  ...about,
                  result: 'fail',
                  message: 'no such tag',
                  actions: ['Deny'],
                  path: '/spec/containers/0/image',
                  at: '/spec/tag',
                },
              ]
            : [{ ...about, result: 'pass', actions: [] }];
        }),
      );
      const problems = question.policies
        .filter(({ object }) => stringAt(object, 'spec', 'tag') === undefined)
        .map(({ id }) => ({ document: id, severity: 'error' as const, message: 'It names no tag.', at: '/spec' }));
      return Promise.resolve({ results, problems });
    },
  };
}

const policy = (tag: string): string =>
  `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: tags\nspec:\n  tag: ${tag}\n`;
const pod = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: main\n    image: ${image}\n`;

const opened: Overview[] = [];

function open(working: Readonly<Record<string, string>>, deps: Partial<OverviewDeps> = {}) {
  const engine = tagEngine();
  const repo = memoryRepository({ working, commits: { c1: working }, refs: { head: 'c1' } });
  const policies = { engine, usesClusters: () => true, folders: () => [] };
  const overview = new Overview({
    repo,
    engine: noEngine,
    health: noScripts,
    hasher: plainHasher,
    clock: quickClock,
    log: quietLog,
    policies,
    ...deps,
  });
  opened.push(overview);
  return { overview, engine };
}

function snapshotOf(text: string): SnapshotConnection {
  return new SnapshotConnection({ name: 'prod', files: [{ name: 'prod', text }] }, plainHasher);
}

async function settle(overview: Overview): Promise<void> {
  await overview.whenSettled(AbortSignal.timeout(5_000));
}

function policyFindings(overview: Overview): readonly Finding[] {
  return overview.state.apps.flatMap(({ findings }) => findings.filter(({ code }) => code.startsWith('policy.')));
}

const wordsOf = ({ code, place, message }: Finding): string =>
  `${code} ${place?.file ?? '-'}:${place?.range.line ?? 0} ${message}`;

describe('policies over a repository', () => {
  afterEach(() => {
    for (const overview of opened.splice(0)) overview.dispose();
  });

  it('puts a denial on the scalar at fault, with the rule beside it', async () => {
    const { overview } = open({ 'rules/tags.yaml': policy('latest'), 'web/pod.yaml': pod('nginx:latest') });
    await overview.refresh();
    await settle(overview);
    const [finding, ...others] = policyFindings(overview);
    assert.deepEqual(others, []);
    assert.equal(finding && wordsOf(finding), 'policy.denied web/pod.yaml:8 Policy tags denies Pod web: no such tag.');
    assert.equal(finding?.place?.text, 'nginx:latest');
    assert.deepEqual(
      finding.related.map(({ message, place }) => `${message} ${place.file}:${place.range.line} ${place.text}`),
      ['the rule of tags rules/tags.yaml:6 latest'],
    );
  });

  it('judges anew what was edited, and nothing else', async () => {
    const other = pod('nginx:1').replace('name: web', 'name: other');
    const { overview, engine } = open({
      'rules/tags.yaml': policy('latest'),
      'web/pod.yaml': pod('nginx:latest'),
      'web/other.yaml': other,
    });
    await overview.refresh();
    await settle(overview);
    const before = engine.asked.length;
    overview.setBuffers(new Map([['web/pod.yaml', pod('nginx:1.27')]]));
    await settle(overview);
    assert.deepEqual(policyFindings(overview), []);
    assert.deepEqual(
      engine.asked
        .slice(before)
        .flatMap(({ requests }) => requests.map(({ object }) => stringAt(object, 'metadata', 'name'))),
      ['web'],
    );
    overview.setBuffers(new Map());
    await settle(overview);
    assert.deepEqual(
      policyFindings(overview).map(({ code }) => code),
      ['policy.denied'],
    );
  });

  it('tells a policy that does not work on its own line', async () => {
    const { overview } = open({
      'rules/tags.yaml': policy('latest').replace('tag:', 'tags:'),
      'web/pod.yaml': pod('a:b'),
    });
    await overview.refresh();
    await settle(overview);
    assert.deepEqual(policyFindings(overview).map(wordsOf), [
      'policy.broken rules/tags.yaml:6 ClusterPolicy tags does not work: It names no tag.',
    ]);
  });

  it('judges by both versions where the cluster holds another one, and says that it does', async () => {
    const { overview } = open(
      { 'rules/tags.yaml': policy('latest'), 'web/pod.yaml': pod('nginx:1') },
      { comparesUnreconciled: true },
    );
    overview.attach('prod', snapshotOf(`${policy('"1"')}---\n${pod('nginx:1')}`));
    await overview.refresh();
    await settle(overview);
    assert.deepEqual(policyFindings(overview).map(wordsOf).sort(), [
      'policy.denied web/pod.yaml:8 Policy tags of cluster prod denies Pod web: no such tag.',
      'policy.differs rules/tags.yaml:4 The cluster prod holds another version of ClusterPolicy tags than the repository; objects are judged by both.',
    ]);
  });

  it('reads nothing of clusters for policies where that is switched off', async () => {
    const engine = tagEngine();
    const policies = { engine, usesClusters: () => false, folders: () => [] };
    const { overview } = open({ 'web/pod.yaml': pod('nginx:1') }, { policies, comparesUnreconciled: true });
    overview.attach('prod', snapshotOf(policy('"1"')));
    await overview.refresh();
    await settle(overview);
    assert.deepEqual(policyFindings(overview), []);
    assert.deepEqual(engine.asked, []);
  });

  it('leaves undecided what an engine gave up on, Pod Security too, and says why', async () => {
    const tired = new UserError('engine-timeout', 'It takes too long.');
    const engine: PolicyEngine = { judge: () => Promise.reject(tired) };
    const policies = { engine, usesClusters: () => true, folders: () => [] };
    const namespace =
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n' +
      '  labels: {pod-security.kubernetes.io/enforce: baseline}\n';
    const { overview } = open(
      { 'rules/tags.yaml': policy('latest'), 'web/pod.yaml': pod('nginx:1'), 'web/namespace.yaml': namespace },
      { policies },
    );
    await overview.refresh();
    await settle(overview);
    const undecided = policyFindings(overview).filter(({ code }) => code === 'policy.undecided');
    const words = undecided.map(({ message }) => message).filter((message) => message.includes('Pod web'));
    assert.deepEqual(words.sort(), [
      'Policy PodSecurity is undecided for Pod web: It takes too long.',
      'Policy tags is undecided for Pod web: It takes too long.',
    ]);
  });

  it('tells what the live object violates too from what only Git would introduce', async () => {
    const both = pod('nginx:1').replace('name: web', 'name: old');
    const { overview } = open(
      { 'rules/tags.yaml': policy('"1"'), 'web/pod.yaml': pod('nginx:1'), 'web/old.yaml': both },
      { comparesUnreconciled: true },
    );
    overview.attach('prod', snapshotOf(`${pod('nginx:2')}---\n${both}`));
    await overview.refresh();
    await settle(overview);
    assert.deepEqual(
      policyFindings(overview)
        .filter(({ code }) => code === 'policy.denied')
        .map(({ data, message }) => `${stringAt(data, 'standing') ?? '-'} ${message}`)
        .sort(),
      [
        'introduced Policy tags denies Pod web: no such tag.',
        'live-too Policy tags denies Pod old: no such tag. The live object violates it too.',
      ],
    );
  });
});

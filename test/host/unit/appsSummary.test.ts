import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { plainText } from '../../../src/host/text.ts';
import { summarize } from '../../../src/host/views/appsSummary.ts';
import type { Summary, WindowState } from '../../../src/host/views/appsSummary.ts';
import { appState, connected, gitOnly, overview, replicasDrift } from './states.ts';

function summary(window: Partial<WindowState>): Summary {
  return summarize(
    { stage: 'ready', isTrusted: true, overview: overview({ apps: [gitOnly()] }), ...window },
    plainText,
  );
}

describe('what stands around the tree', () => {
  it('says Git only, and a click connects', () => {
    const { status, message, badge } = summary({});
    assert.equal(status.text, '$(git-commit) Plumbline: Git only');
    assert.equal(status.action, 'connect');
    assert.equal(message, 'Git only. Connect a cluster to see what it runs.');
    assert.equal(badge, undefined);
  });

  it('names the cluster and counts what drifted', () => {
    const apps = [
      appState({ differences: [replicasDrift()] }),
      appState({ differences: [replicasDrift({ origin: 'unsynced' })] }),
    ];
    const { status, message, badge } = summary({ overview: overview({ apps, clusters: [connected] }) });
    assert.equal(status.text, '$(git-compare) prod: 1 drifted');
    assert.equal(message, undefined);
    assert.deepEqual(badge, { value: 1, tooltip: '1 app drifted' });
  });

  it('adds up several clusters', () => {
    const clusters = [connected, { context: 'staging', status: { kind: 'connecting' } } as const];
    assert.equal(summary({ overview: overview({ clusters }) }).status.text, '$(sync~spin) 2 clusters: no drift');
  });

  it('shortens the context names of cloud providers', () => {
    const clusters = [{ ...connected, context: 'gke_shop-1_europe-west1_prod' }];
    assert.equal(summary({ overview: overview({ clusters }) }).status.text, '$(pass) prod: no drift');
  });

  it('tells of restricted mode instead of offering a cluster', () => {
    const { message, status } = summary({ isTrusted: false });
    assert.equal(message, 'Restricted mode: no cluster is contacted until this workspace is trusted.');
    assert.match(status.tooltip, /Trust this workspace/);
  });

  it('tells of a state of Git that stands in the way of a commit', () => {
    const repo = { changes: [], remotes: [] };
    const words = (more: object): string | undefined =>
      summary({ overview: overview({ clusters: [connected], repo: { ...repo, ...more } }) }).message;
    assert.equal(words({}), 'This repository has no commits yet.');
    assert.match(words({ head: 'a'.repeat(40) }) ?? '', /^HEAD is detached/);
    assert.match(words({ head: 'a'.repeat(40), busy: 'rebase' }) ?? '', /^A rebase is under way/);
    assert.equal(words({ head: 'a'.repeat(40), branch: 'main' }), undefined);
  });

  it('claims no absence of drift where it may not look', () => {
    const status = { kind: 'partly-forbidden', denied: ['may not list pods in web'] } as const;
    const text = (apps: Parameters<typeof overview>[0]): string =>
      summary({ overview: overview({ ...apps, clusters: [{ context: 'prod', status }] }) }).status.text;
    assert.equal(text({}), '$(lock) prod: partly forbidden');
    const apps = [appState({ differences: [replicasDrift()] })];
    assert.equal(text({ apps }), '$(git-compare) prod: 1 drifted, partly forbidden');
  });

  it('says in full why a cluster is offline, and why git cannot read the repository', () => {
    const clusters = [{ context: 'prod', status: { kind: 'offline', message: 'nothing listens there' } } as const];
    assert.equal(summary({ overview: overview({ clusters }) }).message, 'nothing listens there');
    const problems = [{ severity: 'error', message: 'bad object HEAD' } as const];
    assert.equal(summary({ overview: overview({ problems }) }).message, 'bad object HEAD');
  });

  it('shows no status bar item before there is something to say', () => {
    assert.equal(summary({ stage: 'loading' }).status.isVisible, false);
    assert.equal(summary({ stage: 'no-repository', overview: undefined }).status.isVisible, false);
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'mocha';
import { runCli } from './runCli.ts';
import type { CliAnswer } from './runCli.ts';

const url = 'https://git.example.com/shop.git';
const tracked = (id: string): string => `annotations: {argocd.argoproj.io/tracking-id: '${id}'}`;

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  source: {repoURL: '${url}', path: web, targetRevision: main}
  destination: {server: 'https://kubernetes.default.svc', namespace: web}
`;
const certificate = `apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: front, namespace: web}
spec: {secretName: front}
`;
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: front, namespace: web}
spec:
  selector: {matchLabels: {app: front}}
  template:
    metadata: {labels: {app: front}}
    spec: {containers: [{name: front, image: 'front:1'}]}
`;
const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: web}
data: {a: b}
`;

/** What the cluster runs: a Certificate that is not ready, which Argo CD has not looked at since. */
const live = (commit: string, ready: string): string => `${application}status:
  sync: {status: Synced, revision: ${commit}}
  health: {status: Healthy}
  operationState: {phase: Succeeded, syncResult: {revision: ${commit}}}
  history: [{id: 0, revision: ${commit}, deployedAt: '2026-03-01T09:00:00Z'}]
  resources:
  - {group: cert-manager.io, version: v1, kind: Certificate, name: front, namespace: web, status: Synced, health: {status: Healthy}}
---
${certificate.replace('namespace: web', `namespace: web, ${tracked('web:cert-manager.io/Certificate:web/front')}`)}status:
  conditions: [{type: Ready, status: '${ready}', reason: DoesNotExist, message: Issuer not found}]
---
${deployment.replace('namespace: web', `namespace: web, ${tracked('web:apps/Deployment:web/front')}`)}status: {replicas: 1, updatedReplicas: 1, availableReplicas: 1}
---
${settings.replace('namespace: web', `namespace: web, ${tracked('web:/ConfigMap:web/settings')}`)}`;

/** Scripts of the installation: one that judges a kind that Argo CD does not judge. */
const argocdCm = (script: string): string => `---
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data:
  resource.customizations.health.ConfigMap: |
    ${script}
`;

describe('plumbline health', function () {
  this.timeout(60_000);
  let folder: string;
  let dump: string;
  let commit: string;

  const git = async (...args: readonly string[]): Promise<string> => {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@shop.example'];
    const { stdout } = await promisify(execFile)('git', [...identity, ...args], { cwd: folder });
    return stdout.trim();
  };
  const write = async (name: string, text: string): Promise<void> => {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  };
  const health = (...args: readonly string[]): Promise<CliAnswer> => runCli(['health', '--folder', folder, ...args]);

  before(async () => {
    const scratch = await mkdtemp(path.join(tmpdir(), 'plumbline-health-'));
    folder = path.join(scratch, 'repository');
    dump = path.join(scratch, 'dump.yaml');
    await mkdir(folder);
    await git('init', '--quiet', '--initial-branch=main');
    await git('remote', 'add', 'origin', url);
    await write('clusters/web.yaml', application);
    await write('web/objects.yaml', [certificate, deployment, settings].join('---\n'));
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'Declare the shop');
    commit = await git('rev-parse', 'HEAD');
    await git('update-ref', 'refs/remotes/origin/main', commit);
  });

  after(() => rm(path.dirname(folder), { recursive: true, force: true }));

  it("says how each object is, by Argo CD's own scripts and checks, and where Argo CD says otherwise", async () => {
    await writeFile(dump, live(commit, 'False'));
    const { exit, stdout, stderr } = await health('--live', dump);
    assert.equal(stderr, '');
    assert.match(stdout, /^web \(Argo CD Application\) +Healthy$/m);
    assert.match(stdout, /^ +here it is Degraded: Degraded is what Certificate front is here\.$/m);
    assert.match(stdout, /^ {2}Certificate front +Degraded +Issuer not found$/m);
    assert.match(
      stdout,
      /^ +its reconciler says Healthy \(health\): Here Argo CD's health script for cert-manager\.io\/C/m,
    );
    assert.match(stdout, /^ {2}Deployment front +Healthy$/m);
    assert.doesNotMatch(stdout, /ConfigMap/);
    assert.equal(exit, 1);
  });

  it('ends well when everything is healthy', async () => {
    await writeFile(dump, live(commit, 'True'));
    assert.equal((await health('--live', dump)).exit, 0);
  });

  it('gives the same to machines', async () => {
    await writeFile(dump, live(commit, 'False'));
    const { stdout } = await health('--app', 'web', '--live', dump, '-o', 'json');
    const { apps } = JSON.parse(stdout) as { apps: { resources: { key: string; health?: unknown }[] }[] };
    const certificates = apps[0]?.resources.filter(({ key }) => key.includes('Certificate'));
    assert.deepEqual(
      certificates?.map((each) => each.health),
      [
        {
          status: 'Degraded',
          message: 'Issuer not found',
          rule: "Argo CD's health script for cert-manager.io/Certificate",
        },
      ],
    );
  });

  it('gives the same as findings, for code scanning and pull requests', async () => {
    await writeFile(dump, live(commit, 'False'));
    const { exit, stdout } = await health('--live', dump, '-o', 'sarif');
    const log = JSON.parse(stdout) as {
      runs: { results: { ruleId: string; level: string; message: { text: string } }[] }[];
    };
    const results = log.runs.flatMap((run) => run.results);
    assert.deepEqual(
      results.map(({ ruleId, level }) => [ruleId, level]),
      [
        ['health.degraded', 'error'],
        ['verdict.disagrees', 'note'],
      ],
    );
    assert.match(results[0]?.message.text ?? '', /^Certificate front is Degraded in cluster .*: Issuer not/);
    assert.equal(exit, 1);
    const markdown = await health('--live', dump, '-o', 'markdown');
    assert.match(markdown.stdout, /^### Plumbline health: 2 findings in 1 of 1 app$/m);
    assert.match(markdown.stdout, /^\| error \| Certificate front \| Certificate front is Degraded/m);
  });

  it('fails for what --fail-on names and for nothing else', async () => {
    await writeFile(dump, live(commit, 'False'));
    const exits = [];
    for (const what of ['health.progressing', 'health', 'hint', 'none'])
      exits.push((await health('--live', dump, '--fail-on', what)).exit);
    assert.deepEqual(exits, [0, 1, 1, 0]);
  });

  it('tells with --origin of nothing but what differs', async () => {
    await writeFile(dump, live(commit, 'False').replace('data: {a: b}', 'data: {a: c}'));
    const { stdout } = await health('--live', dump, '--origin', 'drift');
    assert.match(stdout, /^web \(Argo CD/m);
    assert.doesNotMatch(stdout, /Certificate front +Degraded/);
    const other = await health('--live', dump, '--origin', 'unpushed');
    assert.doesNotMatch(other.stdout, /^web/m);
  });

  it('runs the scripts of argocd-cm, and says the line of one that is broken', async () => {
    await writeFile(dump, live(commit, 'True') + argocdCm('return {status = "Suspended"}'));
    assert.match((await health('--live', dump)).stdout, /^ {2}ConfigMap settings +Suspended$/m);
    await writeFile(dump, live(commit, 'True') + argocdCm('return obj.status.phase'));
    const { exit, stdout } = await health('--live', dump);
    assert.match(stdout, /^ {2}ConfigMap settings +Unknown +<string>:1: attempt to index/m);
    assert.match(
      stdout,
      /^! web: clusters\/web\.yaml:3: The health script of argocd-cm for ConfigMap, line 1: attempt/m,
    );
    assert.equal(exit, 2);
  });

  it('is not all: diff tells what was applied and what the cluster told of what differs', async () => {
    const event = `---
apiVersion: v1
kind: Event
metadata: {name: settings.1, namespace: web}
involvedObject: {apiVersion: v1, kind: ConfigMap, namespace: web, name: settings}
type: Warning
reason: Edited
message: somebody was here
lastTimestamp: '2026-03-01T10:00:00Z'
`;
    await writeFile(dump, live(commit, 'True').replace('data: {a: b}', 'data: {a: c}') + event);
    const { stdout } = await runCli(['diff', '--folder', folder, '--live', dump]);
    assert.match(stdout, new RegExp(`^ {2}applied, ${commit.slice(0, 7)} Declare the shop`, 'm'));
    assert.match(stdout, /^ {2}event: ConfigMap settings, Edited \(2026-03-01T10:00:00Z\): somebody was here$/m);
    const json = await runCli(['diff', '--folder', folder, '--live', dump, '-o', 'json']);
    const { apps } = JSON.parse(json.stdout) as {
      apps: { events: { reason: string }[]; history: { subject: string }[] }[];
    };
    assert.deepEqual(
      apps.map(({ events, history }) => [events.map(({ reason }) => reason), history.map(({ subject }) => subject)]),
      [[['Edited'], ['Declare the shop']]],
    );
  });

  it('asks for a cluster', async () => {
    const { exit, stderr } = await health();
    assert.match(stderr, /health is that of a cluster: say which by --context, or a dump of it by --live/);
    assert.equal(exit, 2);
  });
});

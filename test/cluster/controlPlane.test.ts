import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'mocha';
import { type ControlPlane, startControlPlane } from '../../scripts/lab/controlPlane.ts';
import { eventually } from '../../scripts/lab/eventually.ts';
import { ensureBinaries } from '../../scripts/lab/goBinaries.ts';
import { at, listAt, textAt } from '../../scripts/lab/json.ts';
import { KubeApi } from '../../scripts/lab/kubeApi.ts';
import { bindKubectl, type Kubectl } from '../../scripts/lab/kubectl.ts';
import { run } from '../../scripts/lab/run.ts';
import { descendantsOf, stillRunning } from './processes.ts';

// The first run on a machine compiles Kubernetes.
const withBuild = 20 * 60_000;

describe('the control plane', () => {
  let dir: string;
  let controlPlane: ControlPlane;
  let api: KubeApi;
  let kubectlBinary: string;
  let kubectl: Kubectl;

  before(async function () {
    this.timeout(withBuild);
    dir = await mkdtemp(join(tmpdir(), 'plumbline-cluster-'));
    kubectlBinary = (await ensureBinaries(['kubectl'], console.log)).kubectl;
    controlPlane = await startControlPlane({ dir, progress: console.log });
    api = new KubeApi(controlPlane);
    kubectl = bindKubectl(kubectlBinary, controlPlane);
  });

  after(async function () {
    this.timeout(30_000);
    api.close();
    await controlPlane.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const as = (user: string, ...args: readonly string[]): ReturnType<typeof run> =>
    run(kubectlBinary, ['--kubeconfig', controlPlane.kubeconfig, '--context', `plumbline-lab-${user}`, ...args]);

  it('tells the version of the Kubernetes it is built from', async () => {
    assert.equal(textAt(await api.get('/version'), 'gitVersion'), 'v1.34.2');
  });

  it('makes a Deployment available', async function () {
    this.timeout(60_000);
    await kubectl(['create', 'deployment', 'web', '--image=registry.example/web:1', '--replicas=2']);
    await kubectl(['wait', '--for=condition=Available', 'deployment/web', '--timeout=50s']);
    const deployment = await api.get('/apis/apps/v1/namespaces/default/deployments/web');
    assert.equal(at(deployment, 'status', 'availableReplicas'), 2);
  });

  it('reports ImagePullBackOff for an image tagged broken', async function () {
    this.timeout(60_000);
    await kubectl(['create', 'deployment', 'bad', '--image=registry.example/bad:broken']);
    const reason = await eventually('the container to be waiting', async () => {
      const pods = await api.get('/api/v1/namespaces/default/pods?labelSelector=app%3Dbad');
      const statuses = listAt(pods, 'items').flatMap((pod) => listAt(pod, 'status', 'containerStatuses'));
      return textAt(statuses[0], 'state', 'waiting', 'reason');
    });
    assert.equal(reason, 'ImagePullBackOff');
  });

  it('completes a Job', async function () {
    this.timeout(60_000);
    await kubectl(['create', 'job', 'once', '--image=registry.example/once:1']);
    await kubectl(['wait', '--for=condition=Complete', 'job/once', '--timeout=50s']);
  });

  it('removes deleted pods at once', async function () {
    this.timeout(60_000);
    await kubectl(['run', 'short-lived', '--image=registry.example/web:1']);
    await kubectl(['wait', '--for=condition=Ready', 'pod/short-lived', '--timeout=50s']);
    await kubectl(['delete', 'pod', 'short-lived', '--timeout=50s']);
    assert.equal(await api.get('/api/v1/namespaces/default/pods/short-lived'), undefined);
  });

  it('lets the viewer read and refuses it writes', async () => {
    assert.equal((await as('viewer', 'get', 'deployments', '--all-namespaces')).code, 0);
    const refused = await as('viewer', 'create', 'configmap', 'nope');
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /Forbidden|forbidden/);
  });

  it('keeps the namespaced user inside its namespace', async () => {
    assert.equal((await as('namespaced', 'create', 'configmap', 'mine', '--namespace=default')).code, 0);
    assert.match((await as('namespaced', 'get', 'pods', '--all-namespaces')).stderr, /forbidden/);
    assert.match((await as('namespaced', 'get', 'pods', '--namespace=kube-system')).stderr, /forbidden/);
  });

  it('leaves no process behind when it is stopped', async function () {
    this.timeout(60_000);
    const own = await mkdtemp(join(tmpdir(), 'plumbline-cluster-'));
    const second = await startControlPlane({ dir: own });
    const pids = [second.pid, ...(await descendantsOf(second.pid))];
    assert.equal(pids.length, 2, 'API server with etcd, and controller manager');
    await second.stop();
    await eventually('the processes to end', async () => ((await stillRunning(pids)).length === 0 ? true : undefined));
    await rm(own, { recursive: true, force: true });
  });

  it('ends by itself when the process that started it is killed', async function () {
    this.timeout(60_000);
    const own = await mkdtemp(join(tmpdir(), 'plumbline-cluster-'));
    const parent = spawn(process.execPath, [join(import.meta.dirname, 'startAndWait.ts'), own], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: parent.stdout })) if (line === 'ready') break;
    const pids = await descendantsOf(parent.pid!);
    assert.equal(pids.length, 2);
    parent.kill('SIGKILL');
    await eventually('the processes to end', async () => ((await stillRunning(pids)).length === 0 ? true : undefined));
    await rm(own, { recursive: true, force: true });
  });
});

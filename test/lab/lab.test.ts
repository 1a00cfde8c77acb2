import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { eventually } from '../../scripts/lab/eventually.ts';
import { examples } from '../../scripts/lab/examples/examples.ts';
import { at, listAt, textAt } from '../../scripts/lab/json.ts';
import { type Lab, startLab } from '../../scripts/lab/lab.ts';
import { applicationSettled, syncApplication } from '../../scripts/lab/settle.ts';
import { descendantsOf, stillRunning } from '../cluster/processes.ts';

// The first run on a machine compiles Kubernetes, Argo CD and Flux.
const withBuild = 25 * 60_000;

const gitRepository = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories/storefront';
const kustomization = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/web';
const payments = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/payments';

describe('the lab', () => {
  let dir: string;
  let lab: Lab;

  before(async function () {
    this.timeout(withBuild);
    dir = await mkdtemp(join(tmpdir(), 'plumbline-lab-'));
    lab = await startLab({ dir, reconcilers: ['flux', 'argocd'], progress: console.log });
  });

  after(async function () {
    this.timeout(60_000);
    await lab.stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** Exchanges text in the working clone, commits it and pushes; returns the commit. */
  const release = async (file: string, from: string, to: string): Promise<string> => {
    const path = join(lab.workdir, file);
    const text = await readFile(path, 'utf8');
    assert.ok(text.includes(from), `${file} holds ${from}`);
    await writeFile(path, text.replaceAll(from, to));
    await lab.repository.git('commit', '--quiet', '--all', '-m', `${from} -> ${to}`);
    await lab.repository.git('push', '--quiet');
    return lab.repository.git('rev-parse', 'HEAD');
  };

  const imageOf = async (namespace: string, name: string): Promise<string | undefined> =>
    textAt(
      await lab.api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`),
      ...['spec', 'template', 'spec', 'containers', 0, 'image'],
    );

  const replicasOfWeb = async (): Promise<unknown> =>
    at(await lab.api.get('/apis/apps/v1/namespaces/shop-prod/deployments/web'), 'spec', 'replicas');

  it('starts with a clean clone that has a history and is pushed', async () => {
    assert.equal(await lab.repository.git('status', '--porcelain'), '');
    assert.equal(await lab.repository.git('rev-parse', 'HEAD'), await lab.repository.git('rev-parse', '@{upstream}'));
    assert.ok(Number(await lab.repository.git('rev-list', '--count', 'HEAD')) >= 5);
  });

  it('publishes the source with the same address and commit that the clone has', async () => {
    const source = await lab.api.get(gitRepository);
    assert.equal(textAt(source, 'spec', 'url'), lab.remoteUrl);
    const revision = `main@sha1:${await lab.repository.git('rev-parse', 'HEAD')}`;
    assert.equal(textAt(source, 'status', 'artifact', 'revision'), revision);
  });

  it('has the Flux app Ready at HEAD with an inventory of its objects', async () => {
    const web = await lab.api.get(kustomization);
    const head = await lab.repository.git('rev-parse', 'HEAD');
    assert.equal(textAt(web, 'status', 'lastAppliedRevision'), `main@sha1:${head}`);
    const ids = listAt(web, 'status', 'inventory', 'entries').map((entry) => textAt(entry, 'id'));
    assert.ok(ids.includes('shop-prod_web_apps_Deployment'));
  });

  it('has the Argo CD app Synced and Healthy at HEAD', async () => {
    const application = await lab.api.get(payments);
    assert.equal(textAt(application, 'status', 'sync', 'status'), 'Synced');
    assert.equal(textAt(application, 'status', 'health', 'status'), 'Healthy');
    assert.equal(textAt(application, 'status', 'sync', 'revision'), await lab.repository.git('rev-parse', 'HEAD'));
  });

  it('lets the viewer read what the reconcilers do, but no Secret', async () => {
    const asViewer = (...args: readonly string[]): Promise<string> =>
      lab.kubectl('auth', 'can-i', ...args, '--all-namespaces', '--as=viewer', '--as-group=lab:viewers');
    assert.match(await asViewer('watch', 'kustomizations.kustomize.toolkit.fluxcd.io'), /yes/);
    assert.match(await asViewer('list', 'applications.argoproj.io'), /yes/);
    await assert.rejects(asViewer('get', 'secrets'), /no/);
    await assert.rejects(asViewer('patch', 'applications.argoproj.io'), /no/);
  });

  it('makes drift that carries another field manager and that the reconcilers leave alone', async function () {
    this.timeout(60_000);
    await lab.makeDrift();
    assert.equal(await replicasOfWeb(), 5);
    const web = await lab.api.get('/apis/apps/v1/namespaces/shop-prod/deployments/web');
    const managers = listAt(web, 'metadata', 'managedFields').map((entry) => textAt(entry, 'manager'));
    assert.ok(managers.includes('kubectl-edit'));
    await eventually('Argo CD to see the drift', async () =>
      textAt(await lab.api.get(payments), 'status', 'sync', 'status') === 'OutOfSync' ? true : undefined,
    );
    assert.equal(await replicasOfWeb(), 5);
  });

  it('applies a pushed commit when Flux is asked to reconcile, and undoes the drift', async function () {
    this.timeout(120_000);
    await release('apps/web/overlays/prod/kustomization.yaml', 'newTag: 1.14.2', 'newTag: 1.14.3');
    const token = `test-${process.pid}`;
    const request = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': token } } };
    const head = await lab.repository.git('rev-parse', 'HEAD');
    await lab.api.mergePatch(gitRepository, request, 'test');
    await eventually('the source to be fetched', async () =>
      textAt(await lab.api.get(gitRepository), 'status', 'lastHandledReconcileAt') === token ? true : undefined,
    );
    await eventually('Flux to apply it', async () => {
      const web = await lab.api.get(kustomization);
      return textAt(web, 'status', 'lastAppliedRevision') === `main@sha1:${head}` ? true : undefined;
    });
    assert.equal(await imageOf('shop-prod', 'web'), 'registry.storefront.example/shop/web:1.14.3');
    assert.equal(await replicasOfWeb(), 3);
  });

  it('applies a pushed commit when Argo CD is given an operation', async function () {
    this.timeout(120_000);
    const commit = await release('apps/payments/deployment.yaml', 'payments:2.8.0', 'payments:2.9.0');
    await syncApplication(lab.api, 'payments', commit);
    await applicationSettled(lab.api, 'payments', commit);
    assert.equal(await imageOf('payments', 'payments'), 'registry.storefront.example/shop/payments:2.9.0');
  });

  it('says so in the source when the branch is gone', async function () {
    this.timeout(60_000);
    await lab.api.mergePatch(gitRepository, { spec: { ref: { branch: 'no-such-branch' } } }, 'test');
    const message = await eventually('the source to fail', async () => {
      const conditions = listAt(await lab.api.get(gitRepository), 'status', 'conditions');
      const ready = conditions.find((entry) => textAt(entry, 'type') === 'Ready');
      return textAt(ready, 'status') === 'False' ? textAt(ready, 'message') : undefined;
    });
    assert.match(message, /no-such-branch/);
    await lab.api.mergePatch(gitRepository, { spec: { ref: { branch: 'main' } } }, 'test');
  });

  it('leaves no process behind when it is stopped', async function () {
    this.timeout(60_000);
    const pids = await descendantsOf(process.pid);
    assert.ok(pids.length >= 10, 'control plane, kustomize-controller and Argo CD run');
    await lab.stop();
    // `ps` itself is a descendant while it runs; only what outlives the stop counts.
    await eventually('the processes to end', async () => ((await stillRunning(pids)).length === 0 ? true : undefined));
  });
});

describe('the lab with the example pantry', () => {
  it('has a real Flux apply what it can, and makes drift there', async function () {
    this.timeout(withBuild);
    const dir = await mkdtemp(join(tmpdir(), 'plumbline-lab-'));
    try {
      const lab = await startLab({ dir, example: examples.pantry, reconcilers: ['flux'], progress: console.log });
      try {
        const notes = '/api/v1/namespaces/handbook/configmaps';
        const names = listAt(await lab.api.get(notes), 'items').map((item) => textAt(item, 'metadata', 'name'));
        assert.ok(names.includes('rules') && !names.includes('draft'), `spec.ignore holds: ${names.join()}`);
        const [step] = await lab.makeDrift();
        assert.equal(step?.manager, 'kubectl-set');
        const orders = await lab.api.get('/apis/apps/v1/namespaces/orders-staging/deployments/orders');
        const [container] = listAt(orders, 'spec', 'template', 'spec', 'containers');
        assert.equal(textAt(container, 'image'), 'registry.pantry.example/orders:5.3.0-rc.3');
      } finally {
        await lab.stop();
      }
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

import { mkdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { crdsEstablished, readCrds } from './crds.ts';
import { freePorts } from './freePorts.ts';
import { modulesKey, ensureBinaries } from './goBinaries.ts';
import { applyManifests, bindKubectl } from './kubectl.ts';
import type { Reconciler, ReconcilerOptions } from './reconciler.ts';
import { type Service, startService } from './service.ts';

const configMaps = [
  'argocd-cm',
  'argocd-rbac-cm',
  'argocd-cmd-params-cm',
  'argocd-ssh-known-hosts-cm',
  'argocd-tls-certs-cm',
  'argocd-gpg-keys-cm',
];

const partOf = { 'app.kubernetes.io/part-of': 'argocd' };

/** What Argo CD expects to find in its namespace; its components ignore settings without the part-of label. */
const settings: readonly unknown[] = [
  ...configMaps.map((name) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'argocd', labels: partOf },
  })),
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'argocd-secret', namespace: 'argocd', labels: partOf },
    // Signs the sessions of Argo CD's own web server, which does not run here; the components only ask that it exists.
    stringData: { 'server.secretkey': 'lab-without-a-web-server' },
  },
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: 'argocd' },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ namespace: '*', server: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  },
];

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } };

/** Installs Argo CD's CRDs and settings and starts its repo-server, application- and applicationset-controller. */
export async function startArgoCd({
  controlPlane,
  api,
  dir,
  progress,
  signal,
}: ReconcilerOptions): Promise<Reconciler> {
  const names = ['kubectl', 'guard', 'control-plane', 'kustomize', 'argocd'] as const;
  const binaries = await ensureBinaries(names, progress, signal);
  await mkdir(join(dir, 'tmp'), { recursive: true });
  progress('Starting Argo CD');
  const kubectl = bindKubectl(binaries.kubectl, controlPlane);
  await applyManifests(kubectl, `${JSON.stringify(namespace)}\n---\n${await readCrds('argocd', await modulesKey())}`);
  await crdsEstablished(api, signal);
  await applyManifests(kubectl, settings.map((object) => JSON.stringify(object)).join('\n---\n'));
  signal?.throwIfAborted();
  const services = await startComponents(binaries, controlPlane.kubeconfig, dir);
  return {
    services,
    stop: async () => {
      await Promise.all(services.map((service) => service.stop()));
    },
  };
}

type Binaries = Readonly<Record<'guard' | 'control-plane' | 'kustomize' | 'argocd', string>>;

async function startComponents(binaries: Binaries, kubeconfig: string, dir: string): Promise<readonly Service[]> {
  const [redis, repo, repoMetrics, appMetrics, setMetrics, setProbe, setHook] = await freePorts(7);
  const component = (name: string, args: readonly string[]): Service =>
    startService({
      name,
      command: binaries.guard,
      args: [binaries.argocd, ...args, '--loglevel=warn'],
      logFile: join(dir, `${name}.log`),
      env: {
        ARGOCD_BINARY_NAME: name,
        ARGOCD_FAKE_IN_CLUSTER: 'true',
        ARGOCD_GPG_ENABLED: 'false',
        KUBECONFIG: kubeconfig,
        // Clones and settings of the person's own git and kustomize stay out of it.
        HOME: dir,
        NO_PROXY: '127.0.0.1,localhost',
        TMPDIR: join(dir, 'tmp'),
        PATH: `${dirname(binaries.kustomize)}${delimiter}${process.env.PATH ?? ''}`,
      },
    });
  const inCluster = [`--kubeconfig=${kubeconfig}`, '--namespace=argocd'];
  const repoServer = `--repo-server=127.0.0.1:${repo}`;
  const redisAddress = `--redis=127.0.0.1:${redis}`;
  return [
    startService({
      name: 'redis',
      command: binaries['control-plane'],
      args: ['redis', '--port', String(redis)],
      logFile: join(dir, 'redis.log'),
    }),
    component('argocd-repo-server', [
      redisAddress,
      '--address=127.0.0.1',
      `--port=${repo}`,
      '--disable-tls',
      '--metrics-address=127.0.0.1',
      `--metrics-port=${repoMetrics}`,
    ]),
    component('argocd-application-controller', [
      ...inCluster,
      redisAddress,
      repoServer,
      '--repo-server-plaintext',
      `--metrics-port=${appMetrics}`,
    ]),
    component('argocd-applicationset-controller', [
      ...inCluster,
      `--argocd-repo-server=127.0.0.1:${repo}`,
      '--repo-server-plaintext',
      `--metrics-addr=127.0.0.1:${setMetrics}`,
      `--probe-addr=127.0.0.1:${setProbe}`,
      `--webhook-addr=127.0.0.1:${setHook}`,
    ]),
  ];
}

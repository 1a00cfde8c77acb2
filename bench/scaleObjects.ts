import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createConnector } from '../src/adapters/cluster/clusterBundle.ts';
import { createSecretHasher } from '../src/adapters/cluster/secretHasher.ts';
import { stringAt } from '../src/core/model/json.ts';
import type { JsonObject } from '../src/core/model/json.ts';
import type { ApiRequest, Log } from '../src/core/ports.ts';
import type { ControlPlane } from '../scripts/lab/controlPlane.ts';
import { runOrThrow } from '../scripts/lab/run.ts';

interface Sample {
  /** Of its kind in a namespace, with `{namespace}` for that. */
  readonly path: string;
  readonly object: JsonObject;
}

const jobTemplate = {
  spec: {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/report:1.0' }] } },
  },
};

/** Kinds that no controller acts on, so that the server is quiet when it is measured. */
const samples: readonly Sample[] = [
  {
    path: '/api/v1/namespaces/{namespace}/configmaps',
    object: { apiVersion: 'v1', kind: 'ConfigMap', data: { LOG_LEVEL: 'info', REGION: 'north' } },
  },
  {
    path: '/api/v1/namespaces/{namespace}/serviceaccounts',
    object: { apiVersion: 'v1', kind: 'ServiceAccount' },
  },
  {
    path: '/api/v1/namespaces/{namespace}/services',
    object: { apiVersion: 'v1', kind: 'Service', spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
  },
  {
    path: '/apis/batch/v1/namespaces/{namespace}/cronjobs',
    object: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      spec: { schedule: '0 3 1 1 *', suspend: true, jobTemplate },
    },
  },
];

/** Where an object is created, and the object. */
export interface Creation {
  readonly path: string;
  readonly object: JsonObject;
  /** What others write to it afterwards, each under a name of its own. */
  readonly writes?: readonly Write[] | undefined;
}

/** A merge patch by a field manager; `below` is the path of the subresource. */
export interface Write {
  readonly manager: string;
  readonly below: '' | '/status';
  readonly patch: JsonObject;
}

/** Charts that the workloads of a cluster come from: what is declared of one differs from what is declared of another. */
const charts = 50;

/** A pod template of usual size, with what a chart names by itself. */
function podTemplate(chart: number): JsonObject {
  const probe = (at: string): JsonObject => ({ httpGet: { path: at, port: 8080 }, periodSeconds: 10 });
  const labels = { 'app.kubernetes.io/name': `chart-${String(chart)}`, 'app.kubernetes.io/component': 'web' };
  const main = {
    name: `chart-${String(chart)}`,
    image: `example.com/chart-${String(chart)}:1.0`,
    args: ['serve', '--listen=:8080'],
    env: Array.from({ length: 8 }, (_, index) => ({ name: `CHART_${String(chart)}_${String(index)}`, value: 'on' })),
    ports: [{ name: 'http', containerPort: 8080 }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    livenessProbe: probe('/healthz'),
    readinessProbe: probe('/ready'),
  };
  return { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [main] } };
}

/**
 * What a GitOps cluster holds most of: a workload that three managers own fields of. A suspended CronJob has a
 * Deployment's pod template and nobody acts on it; ten thousand Deployments would keep their controller busy for minutes.
 */
function workload(namespace: string, index: number): Creation {
  const template = podTemplate(index % charts);
  return {
    path: `/apis/batch/v1/namespaces/${namespace}/cronjobs`,
    object: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: `work-${String(index)}`, namespace, labels: { 'app.kubernetes.io/instance': namespace } },
      spec: { schedule: '0 3 1 1 *', suspend: true, jobTemplate: { spec: { template } } },
    },
    writes: [
      {
        manager: 'kube-controller-manager',
        below: '/status',
        patch: { status: { lastScheduleTime: '2026-01-01T03:00:00Z', lastSuccessfulTime: '2026-01-01T03:01:00Z' } },
      },
      { manager: 'kubectl-annotate', below: '', patch: { metadata: { annotations: { 'example.com/note': 'seen' } } } },
    ],
  };
}

/** As `appObjects`, of workloads alone. */
export function appWorkloads(prefix: string, perApp: number): readonly (readonly Creation[])[] {
  return appObjects(prefix, perApp, workload);
}

/** One namespace for each app, and objects in it, `perApp` with the namespace; small ones of all kinds in turn unless said. */
export function appObjects(prefix: string, perApp: number, make = smallObject): readonly (readonly Creation[])[] {
  return Array.from({ length: 10 }, (_, app) => {
    const namespace = `${prefix}-${String(app)}`;
    const own = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    const objects = Array.from({ length: perApp - 1 }, (_each, index) => make(namespace, index));
    return [{ path: '/api/v1/namespaces', object: own }, ...objects];
  });
}

function smallObject(namespace: string, index: number): Creation {
  const { path: at = '', object = {} } = samples[index % samples.length] ?? {};
  const metadata = { name: `part-${String(index)}`, namespace };
  return { path: at.replace('{namespace}', namespace), object: { ...object, metadata } };
}

/** Applies the objects of each app as Argo CD does on the server's side, the apps side by side. */
export async function createAll(plane: ControlPlane, all: readonly (readonly Creation[])[], log: Log): Promise<void> {
  const signal = AbortSignal.timeout(300_000);
  const limits = { requestsPerSecond: 10_000, burst: 10_000, concurrency: 16 };
  const parts = { kubeconfig: plane.kubeconfig, allowExec: () => false, hasher: createSecretHasher(), log };
  const connection = await createConnector({ ...parts, limits }).connect(plane.context, signal);
  const send = async (request: ApiRequest): Promise<void> => {
    const { status, body } = await connection.send(request, signal);
    if (status >= 300) throw new Error(`${request.method} ${request.path}: ${JSON.stringify(body)}`);
  };
  const createOne = async ({ path: at, object, writes = [] }: Creation): Promise<void> => {
    const name = stringAt(object, 'metadata', 'name') ?? '';
    const applied = {
      query: { fieldManager: 'argocd-controller' },
      contentType: 'application/apply-patch+yaml',
    } as const;
    await send({ method: 'PATCH', path: `${at}/${name}`, ...applied, body: object });
    for (const { manager, below, patch } of writes) {
      const contentType = 'application/merge-patch+json';
      const query = { fieldManager: manager };
      await send({ method: 'PATCH', path: `${at}/${name}${below}`, query, contentType, body: patch });
    }
  };
  try {
    await Promise.all(
      all.map(async (objects) => {
        for (const each of objects) await createOne(each);
      }),
    );
  } finally {
    connection.close();
  }
}

/** A repository with a folder of plain manifests for each app (JSON is YAML too). */
export async function writeApps(folder: string, all: readonly (readonly Creation[])[]): Promise<void> {
  for (const [index, objects] of all.entries()) {
    const name = path.join(folder, `app-${String(index)}`);
    await mkdir(name, { recursive: true });
    const texts = objects.map(({ object }) => JSON.stringify(object));
    await writeFile(path.join(name, 'all.yaml'), texts.join('\n---\n'));
  }
  const git = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.com'];
  await runOrThrow('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder });
  await runOrThrow('git', ['add', '--all'], { cwd: folder });
  await runOrThrow('git', [...git, 'commit', '--quiet', '--message=Bench'], { cwd: folder });
}

import type { JsonObject } from '../../src/core/model/json.ts';
import type { Random } from '../surface/random.ts';

/** An object to create and where. */
export interface Sample {
  readonly object: JsonObject;
  /** Path of the collection that it is posted to. */
  readonly collection: string;
}

const images = ['nginx', 'nginx:latest', 'nginx:1.27', 'registry.example.com/shop/web:v2', 'registry.example.com/web'];
const memories = ['64Mi', '1024Mi', '2Gi', '1500M', '1e9'];

/** A Deployment, CronJob, Pod, Service or ConfigMap that says some of its fields and leaves others to the server. */
export function makeObject(random: Random, name: string, namespace: string, labels: JsonObject): Sample {
  const maybe = (probability: number, fields: () => JsonObject): JsonObject =>
    random.isLikely(probability) ? fields() : {};
  const metadata = {
    ...{ name, namespace },
    labels: { ...labels, ...maybe(0.5, () => ({ team: random.pick(['shop', 'lab', '']) })) },
    ...maybe(0.3, () => ({ annotations: { owner: random.pick(['ann', 'bob']) } })),
  };
  const workload = (): JsonObject => ({ metadata: { labels: { app: name } }, spec: makePodSpec(random) });
  const core = `/api/v1/namespaces/${namespace}`;
  const makers: readonly (() => Sample)[] = [
    () => ({
      collection: `/apis/apps/v1/namespaces/${namespace}/deployments`,
      object: {
        ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata },
        spec: {
          ...maybe(0.7, () => ({ replicas: random.pick([0, 1, 3, 9]) })),
          ...maybe(0.3, () => ({ strategy: { type: random.pick(['Recreate', 'RollingUpdate']) } })),
          ...maybe(0.2, () => ({ paused: random.pick([true, false]) })),
          selector: { matchLabels: { app: name } },
          template: workload(),
        },
      },
    }),
    () => ({
      collection: `/apis/batch/v1/namespaces/${namespace}/cronjobs`,
      object: {
        ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata },
        spec: {
          schedule: '0 4 * * *',
          jobTemplate: {
            spec: { template: { spec: { ...makePodSpec(random), restartPolicy: 'Never' } } },
          },
        },
      },
    }),
    () => ({
      collection: `${core}/pods`,
      object: {
        ...{ apiVersion: 'v1', kind: 'Pod', metadata },
        spec: {
          ...makePodSpec(random),
          ...maybe(0.3, () => ({ automountServiceAccountToken: random.isLikely(0.5) })),
          ...maybe(0.2, () => ({ priorityClassName: 'system-node-critical' })),
          ...maybe(0.2, () => ({ tolerations: [{ operator: 'Exists' }] })),
        },
      },
    }),
    () => ({
      collection: `${core}/services`,
      object: {
        ...{ apiVersion: 'v1', kind: 'Service', metadata },
        spec: {
          ...maybe(0.5, () => ({ type: random.pick(['ClusterIP', 'NodePort', 'LoadBalancer']) })),
          ...maybe(0.3, () => ({ sessionAffinity: 'ClientIP' })),
          selector: { app: name },
          ports: [{ port: random.pick([80, 8080]), ...maybe(0.5, () => ({ targetPort: random.pick([80, 'web']) })) }],
        },
      },
    }),
    () => ({
      collection: `${core}/configmaps`,
      object: {
        ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata },
        ...maybe(0.9, () => ({
          data: {
            size: random.pick(['10Mi', '3Gi', 'many']),
            host: random.pick(['https://example.com/a', 'ftp://x', 'none']),
            ip: random.pick(['10.0.0.1', '2001:db8::1', 'x']),
          },
        })),
      },
    }),
  ];
  return random.pick(makers)();
}

function makePodSpec(random: Random): JsonObject {
  const container = (name: string): JsonObject => ({
    ...{ name, image: random.pick(images) },
    ...(random.isLikely(0.5) && { resources: { limits: { memory: random.pick(memories), cpu: '1000m' } } }),
    ...(random.isLikely(0.3) && { securityContext: { privileged: random.isLikely(0.5), runAsNonRoot: true } }),
    ...(random.isLikely(0.3) && { ports: [{ containerPort: name === 'web' ? 8080 : 8081 }] }),
    ...(random.isLikely(0.3) && { readinessProbe: { httpGet: { port: 8080 } } }),
    ...(random.isLikely(0.3) && { env: [{ name: 'A', value: random.pick(['', 'b']) }] }),
  });
  return {
    containers: random.isLikely(0.4) ? [container('web'), container('proxy')] : [container('web')],
    ...(random.isLikely(0.3) && { volumes: [random.pick([{ name: 'v' }, { name: 'v', configMap: { name: 'c' } }])] }),
    ...(random.isLikely(0.3) && { hostNetwork: random.isLikely(0.5) }),
    ...(random.isLikely(0.2) && { serviceAccountName: random.pick(['robot', 'default']) }),
  };
}

/** What a Pod may do, each by itself; some of it no level forbids. */
const permissions: readonly JsonObject[] = [
  { securityContext: { privileged: true } },
  { securityContext: { privileged: false } },
  { securityContext: { allowPrivilegeEscalation: false } },
  { securityContext: { capabilities: { add: ['NET_ADMIN', 'CHOWN'] } } },
  { securityContext: { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } } },
  { securityContext: { runAsUser: 0 } },
  { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } },
  { securityContext: { seccompProfile: { type: 'Unconfined' } } },
  { securityContext: { seLinuxOptions: { type: 'container_t', user: 'system_u' } } },
  { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
  {},
];
const podPermissions: readonly JsonObject[] = [
  { hostNetwork: true },
  { hostPID: true },
  { hostIPC: true },
  { volumes: [{ name: 'v', hostPath: { path: '/etc' } }] },
  { volumes: [{ name: 'v' }] },
  { volumes: [{ name: 'v', nfs: { server: 'x', path: '/' } }] },
  { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } },
  { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } },
  { securityContext: { sysctls: [{ name: 'net.ipv4.ip_local_port_range', value: '1 2' }] } },
  { securityContext: { supplementalGroups: [0], runAsUser: 0 } },
  {},
];
const restricted = {
  ...{ runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  seccompProfile: { type: 'RuntimeDefault' },
};

/** A Pod, or a Deployment of one, that Pod Security may forbid. */
export function makePod(random: Random, name: string, namespace: string): Sample {
  const container = (each: string): JsonObject => ({
    ...{ name: each, image: 'nginx:1.27' },
    ...(random.isLikely(0.5) ? { securityContext: restricted } : random.pick(permissions)),
  });
  const probed = (each: string): JsonObject => ({
    ...container(each),
    ...(random.isLikely(0.3) && { livenessProbe: { httpGet: { port: 80, host: '10.0.0.1' } } }),
  });
  const exposed = (each: string): JsonObject => ({
    ...container(each),
    ...(random.isLikely(0.2) && { ports: [{ containerPort: 80, hostPort: 80 }] }),
  });
  const spec = {
    ...random.pick(podPermissions),
    containers: random.isLikely(0.4) ? [exposed('web'), probed('proxy')] : [exposed('web')],
    ...(random.isLikely(0.3) && { initContainers: [container('setup')] }),
  };
  if (random.isLikely(0.7)) {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec };
    return { collection: `/api/v1/namespaces/${namespace}/pods`, object };
  }
  const labels = { app: name };
  const template = { metadata: { labels }, spec };
  return {
    collection: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    object: {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace } },
      spec: { selector: { matchLabels: labels }, template },
    },
  };
}

import type { JsonObject } from '../../src/core/model/json.ts';
import { seededRandom } from '../../test/surface/random.ts';
import type { Random } from '../../test/surface/random.ts';

const spaces = ['space-0', 'space-1', 'space-2', 'space-3', 'space-4'];
const images = ['nginx', 'nginx:latest', 'nginx:1.27', 'registry.example.com/shop/web:v2', 'registry.example.com/web'];

/** The namespaces of the objects, as the cluster would hold them. */
export function benchNamespaces(): readonly JsonObject[] {
  return spaces.map((name, index) => {
    const labels = { 'kubernetes.io/metadata.name': name, tier: index % 2 === 0 ? 'front' : 'back' };
    return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  });
}

/** Some objects, the same each time: Deployments, Pods, Services and ConfigMaps as 4 to 3 to 2 to 1. */
export function benchObjects(count: number): readonly JsonObject[] {
  const random = seededRandom(6);
  const makers = [deployment, pod, service, deployment, pod, configMap, deployment, pod, service, deployment];
  return Array.from({ length: count }, (_, index) => {
    const make = makers[index % makers.length] ?? deployment;
    return make(random, metadata(random, `thing-${String(index)}`));
  });
}

function metadata(random: Random, name: string): JsonObject {
  const keys = Array.from({ length: 10 }, (_, index) => `label-${String(index)}`).filter(() => random.isLikely(0.8));
  const labels = Object.fromEntries(keys.map((key) => [key, random.pick(['one', 'two', 'three'])]));
  return { name, namespace: random.pick(spaces), labels };
}

function deployment(random: Random, metadata: JsonObject): JsonObject {
  const labels = { app: 'thing' };
  const template = { metadata: { labels }, spec: podSpec(random) };
  const replicas = random.pick([1, 2, 3, 5, 9]);
  const spec = { replicas, selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec };
}

function pod(random: Random, metadata: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: podSpec(random) };
}

function podSpec(random: Random): JsonObject {
  const names = ['web', 'helper', 'proxy'].slice(0, random.pick([1, 1, 2, 3]));
  const containers = names.map((name) => ({
    name,
    image: random.pick(images),
    env: [{ name: 'LOG_LEVEL', value: 'info' }],
    ports: [{ containerPort: random.pick([80, 8080]) }],
    ...(random.isLikely(0.7) && { resources: { limits: { cpu: '1', memory: random.pick(['64Mi', '1Gi']) } } }),
    ...(random.isLikely(0.5) && { securityContext: { privileged: random.isLikely(0.2) } }),
  }));
  return { containers, ...(random.isLikely(0.2) && { hostNetwork: true }) };
}

function service(random: Random, metadata: JsonObject): JsonObject {
  const type = random.pick(['ClusterIP', 'NodePort', 'LoadBalancer']);
  const ports = [80, 443, 9090].slice(0, random.pick([1, 2, 3])).map((port) => ({ name: `p${String(port)}`, port }));
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { type, selector: { app: 'thing' }, ports } };
}

function configMap(random: Random, metadata: JsonObject): JsonObject {
  const data = { LOG_LEVEL: random.pick(['info', 'debug']), REGION: 'north', NOTES: 'text '.repeat(40) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}

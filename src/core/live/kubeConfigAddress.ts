import { decodeBase64, isSecret, reduceSecret } from '../diff/secrets.ts';
import { listAt, objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { ApiRequest, SecretHasher } from '../ports.ts';
import { readYaml } from '../yaml/readYaml.ts';

/** Where a Flux app says which cluster it is applied to (`spec.kubeConfig`, fluxcd/pkg `meta.KubeConfigReference`). */
export interface KubeConfigRef {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly namespace: string;
  readonly name: string;
  /** The Secret's entry with the kubeconfig; `value`, else `value.yaml`, unless said. */
  readonly key?: string | undefined;
}

/** The reference of a Kustomization or HelmRelease; `undefined` for one that is applied where it lies. */
export function kubeConfigRef(app: KubeObject): KubeConfigRef | undefined {
  const given = objectAt(app, 'spec', 'kubeConfig');
  const namespace = namespaceOf(app);
  if (given === undefined || namespace === undefined) return undefined;
  const map = stringAt(given, 'configMapRef', 'name');
  if (map !== undefined) return { kind: 'ConfigMap', namespace, name: map };
  const name = stringAt(given, 'secretRef', 'name');
  return name === undefined ? undefined : { kind: 'Secret', namespace, name, key: stringAt(given, 'secretRef', 'key') };
}

/** Asks for what a reference names; of a Secret nothing but addresses of API servers comes past the edge. */
export function kubeConfigRequest({ kind, namespace, name }: KubeConfigRef): ApiRequest {
  const plural = kind === 'Secret' ? 'secrets' : 'configmaps';
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}`;
  return { method: 'GET', path, ...(kind === 'Secret' ? { keeps: 'kubeconfig-addresses' as const } : {}) };
}

/** The address in the answer; `undefined` where it names none (a ConfigMap may name a cloud's resource instead). */
export function addressIn({ kind, key }: KubeConfigRef, answer: JsonObject): string | undefined {
  if (kind === 'ConfigMap') return stringAt(answer, 'data', 'address') || undefined;
  const addresses = objectAt(answer, 'addresses');
  const keys = key === undefined ? ['value', 'value.yaml'] : [key];
  return keys.map((each) => stringAt(addresses, each)).find((address) => address !== undefined);
}

/** A reduced Secret, and beside it the API server's address of each entry that is a kubeconfig. */
export function reduceKubeConfigSecret(object: JsonObject, hasher: SecretHasher): JsonObject {
  const reduced = reduceSecret(object, hasher);
  if (!isSecret(object)) return reduced;
  const found = Object.entries(objectAt(object, 'data') ?? {}).flatMap(([key, value]) => {
    const address = typeof value === 'string' ? addressOf(value) : undefined;
    return address === undefined ? [] : [[key, address] as const];
  });
  return { ...reduced, addresses: Object.fromEntries(found) };
}

/** The server of the current context; none that holds credentials. */
function addressOf(encoded: string): string | undefined {
  const bytes = decodeBase64(encoded);
  if (bytes === undefined) return undefined;
  const config = readYaml(new TextDecoder().decode(bytes), 'plain').documents[0]?.value;
  const current = stringAt(config, 'current-context');
  const context = listAt(config, 'contexts').find((each) => stringAt(each, 'name') === current);
  const name = stringAt(context, 'context', 'cluster');
  const cluster = listAt(config, 'clusters').find((each) => stringAt(each, 'name') === name);
  const server = stringAt(cluster, 'cluster', 'server');
  return server === undefined || server.includes('@') ? undefined : server;
}

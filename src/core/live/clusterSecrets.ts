import { decodeBase64, isSecret, reduceSecret } from '../diff/secrets.ts';
import { isObject, listAt, objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { ApiRequest, ClusterFact, SecretHasher } from '../ports.ts';

/** Where Argo CD looks for its own cluster (argo-cd `common.KubernetesInternalAPIServerAddr`). */
const localServer = 'https://kubernetes.default.svc';
const typeLabel = 'argocd.argoproj.io/secret-type';

/** Asks for the Secrets in which Argo CD keeps its clusters (docs, declarative setup, Clusters). */
export function clusterSecretsRequest(namespace: string): ApiRequest {
  const query = { labelSelector: `${typeLabel}=cluster`, limit: '500' };
  return { method: 'GET', path: `/api/v1/namespaces/${namespace}/secrets`, query, keeps: 'cluster-addresses' };
}

/** A reduced Secret with the address of its cluster left as it is, unless that holds credentials. */
export function reduceClusterSecret(object: JsonObject, hasher: SecretHasher): JsonObject {
  const reduced = reduceSecret(object, hasher);
  if (!isSecret(object) || stringAt(object, 'metadata', 'labels', typeLabel) !== 'cluster') return reduced;
  const kept = ['name', 'server', 'project'].flatMap((key) => {
    const text = stringAt(object, 'data', key);
    return text === undefined || decoded(text).includes('@') ? [] : [[key, text] as const];
  });
  return { ...reduced, data: { ...objectAt(reduced, 'data'), ...Object.fromEntries(kept) } };
}

/** The clusters that a list of such Secrets names, and Argo CD's own where none does. */
export function readClusterFacts(list: JsonObject): readonly ClusterFact[] {
  const named = listAt(list, 'items')
    .filter(isObject)
    .map((item): ClusterFact => {
      const text = (key: string): string => decoded(stringAt(item, 'data', key) ?? '');
      const pairs = (key: string): Readonly<Record<string, string>> => textsOf(objectAt(item, 'metadata', key));
      const { labels, annotations } = { labels: pairs('labels'), annotations: pairs('annotations') };
      return {
        name: text('name'),
        server: text('server'),
        project: text('project'),
        labels,
        annotations,
        isLocal: false,
      };
    });
  if (named.some(({ server }) => server === localServer)) return named;
  const local = { name: 'in-cluster', server: localServer, project: '', labels: {}, annotations: {}, isLocal: true };
  return [...named, local];
}

function decoded(base64: string): string {
  const bytes = decodeBase64(base64);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}

function textsOf(map: JsonObject | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(map ?? {}).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])),
  );
}

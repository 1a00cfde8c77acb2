import assert from 'node:assert/strict';
import { clusterSecretsRequest, readClusterFacts, reduceClusterSecret } from '../../../src/core/live/clusterSecrets.ts';
import { encodeBase64 } from '../../../src/core/diff/secrets.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { objectAt, stringAt } from '../../../src/core/model/json.ts';

const hasher = { hash: (): string => 'token' };

function secret(data: Readonly<Record<string, string>>, labels: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'eu', labels: { 'argocd.argoproj.io/secret-type': 'cluster', ...labels } },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encodeBase64(value)])),
  };
}

describe('the Secrets of Argo CD’s clusters', () => {
  it('keep name, address and project, and nothing that lets anyone in', () => {
    const reduced = reduceClusterSecret(
      secret({ name: 'eu', server: 'https://eu', project: 'p', config: '{"bearerToken":"secret"}' }),
      hasher,
    );
    assert.deepEqual(objectAt(reduced, 'data'), {
      name: encodeBase64('eu'),
      server: encodeBase64('https://eu'),
      project: encodeBase64('p'),
      config: 'token',
    });
  });

  it('hide an address that holds credentials, and everything of another Secret', () => {
    const server = stringAt(reduceClusterSecret(secret({ server: 'https://me:pw@eu' }), hasher), 'data', 'server');
    assert.equal(server, 'token');
    const other = secret({ name: 'eu' }, { 'argocd.argoproj.io/secret-type': 'repository' });
    assert.equal(stringAt(reduceClusterSecret(other, hasher), 'data', 'name'), 'token');
  });

  it('name the clusters, with Argo CD’s own where no Secret does', () => {
    const named = secret({ name: 'eu', server: 'https://eu' }, { env: 'prod' });
    const facts = readClusterFacts({ kind: 'SecretList', items: [named] });
    assert.deepEqual(
      facts.map(({ name, server, labels, isLocal }) => [name, server, labels.env, isLocal]),
      [
        ['eu', 'https://eu', 'prod', false],
        ['in-cluster', 'https://kubernetes.default.svc', undefined, true],
      ],
    );
    const own = secret({ name: 'hub', server: 'https://kubernetes.default.svc' });
    assert.deepEqual(
      readClusterFacts({ items: [own] }).map(({ name, isLocal }) => [name, isLocal]),
      [['hub', false]],
    );
  });

  it('are asked for by their label in the namespace of Argo CD', () => {
    const { path, query, keeps } = clusterSecretsRequest('argocd');
    assert.deepEqual(
      [path, query?.labelSelector, keeps],
      ['/api/v1/namespaces/argocd/secrets', 'argocd.argoproj.io/secret-type=cluster', 'cluster-addresses'],
    );
  });
});

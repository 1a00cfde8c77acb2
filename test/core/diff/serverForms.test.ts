import assert from 'node:assert/strict';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import { compareObject } from '../../../src/core/diff/compareObject.ts';
import { builtIn } from '../../../src/core/diff/schema/builtInSchemas.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';

function read(text: string): KubeObject {
  const object = asKubeObject(readYaml(text, 'plain').documents[0]?.value);
  assert.ok(object !== undefined, text);
  return object;
}

/** What an Argo CD that applies server-side would find; `owned` is the fieldsV1 of its entry, as JSON. */
function check(desired: string, live: string, verdict: string, paths: readonly string[] = []): void {
  const manager = { tool: 'argocd-ssa', fieldManager: 'argocd-controller' } as const;
  const diff = compareObject({ desired: read(desired), live: read(live), manager, schemas: builtIn });
  assert.deepEqual([diff.verdict, ...diff.fields.map(({ path }) => path)], [verdict, ...paths]);
}

const service = (port: string): string =>
  `{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [${port}]}}`;
const probe = (fields: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, livenessProbe: ${fields}}]}}`;
const pod = (tolerations: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {tolerations: [${tolerations}]}}`;
const owned = (kind: string, fields: string, owns: string): string =>
  `{apiVersion: ${kind}, metadata: {name: x, managedFields: [{manager: argocd-controller, operation: Apply, fieldsV1: ${owns}}]}${fields}}`;

describe('forms that the server gives a declaration', () => {
  it('takes a declared zero for the default that the server writes in its place', () => {
    check(probe('{timeoutSeconds: 0}'), probe('{timeoutSeconds: 1}'), 'in-sync');
    check(probe('{periodSeconds: 0}'), probe('{periodSeconds: 10}'), 'in-sync');
  });

  it('reports a declared zero over a value that is not the default', () => {
    const path = '/spec/containers/0/livenessProbe/timeoutSeconds';
    check(probe('{timeoutSeconds: 0}'), probe('{timeoutSeconds: 5}'), 'modified', [path]);
  });

  it('takes a target port of zero for the port itself', () => {
    check(service('{port: 80, targetPort: 0}'), service('{port: 80, protocol: TCP, targetPort: 80}'), 'in-sync');
    check(service('{port: 80, targetPort: 0}'), service('{port: 80, protocol: TCP, targetPort: 90}'), 'modified', [
      '/spec/ports/0/targetPort',
    ]);
  });

  it('rounds the amounts of resource lists up to thousandths, and no other quantity', () => {
    const quota = (cpu: string): string =>
      `{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {cpu: ${cpu}}}}`;
    check(quota('"0.0005"'), quota('1m'), 'in-sync');
    check(quota('"0.0015"'), quota('1m'), 'modified', ['/spec/hard/cpu']);
    const volume = (limit: string): string =>
      `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: [{name: v, emptyDir: {sizeLimit: ${limit}}}]}}`;
    check(volume('"0.0005"'), volume('1m'), 'modified', ['/spec/volumes/0/emptyDir/sizeLimit']);
  });

  it('leaves out the tolerations that admission gives every Pod, unless they are declared', () => {
    const given = ['not-ready', 'unreachable'].map(
      (taint) => `{key: node.kubernetes.io/${taint}, operator: Exists, effect: NoExecute, tolerationSeconds: 300}`,
    );
    check(pod('{key: gpu}'), pod(['{key: gpu}', ...given].join()), 'in-sync');
    check(pod('{key: gpu}'), pod(['{key: gpu}', '{key: extra}', ...given].join()), 'modified', ['/spec/tolerations']);
    const own = '{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 60}';
    check(pod(own), pod(given.join()), 'modified', ['/spec/tolerations/0/tolerationSeconds']);
  });

  it('leaves out the second address family of a Service that takes two', () => {
    const families = (policy: string, list: string): string =>
      `{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ipFamilyPolicy: ${policy}, ipFamilies: [${list}]}}`;
    const [dual, single] = ['PreferDualStack', 'SingleStack'];
    check(families(dual, 'IPv4'), families(dual, 'IPv4, IPv6'), 'in-sync');
    check(families(dual, 'IPv4'), families(dual, 'IPv6, IPv4'), 'modified', ['/spec/ipFamilies/0']);
    check(families(single, 'IPv4'), families(single, 'IPv6'), 'modified', ['/spec/ipFamilies/0']);
  });

  it('does not call the metadata of a kind without a schema removed', () => {
    const owns = '{"f:metadata": {"f:name": {}}, "f:spec": {"f:size": {}}}';
    const kind = 'stable.example.com/v1, kind: Widget';
    check(owned(kind, ', spec: {size: 3}', '{}'), owned(kind, ', spec: {size: 3}', owns), 'in-sync');
  });

  it('does not call something empty removed while it is declared empty', () => {
    const owns = '{"f:data": {}, "f:revision": {}}';
    const kind = 'apps/v1, kind: ControllerRevision';
    check(owned(kind, ', revision: 1, data: {}', '{}'), owned(kind, ', revision: 1, data: {}', owns), 'in-sync');
  });

  it('leaves to a dry-run what would come back after its removal', () => {
    const owns = '{"f:spec": {"f:podSelector": {}, "f:policyTypes": {}}}';
    const kind = 'networking.k8s.io/v1, kind: NetworkPolicy';
    const live = (types: string): string => owned(kind, `, spec: {podSelector: {}, policyTypes: ${types}}`, owns);
    const desired = owned(kind, ', spec: {podSelector: {}}', '{}');
    check(desired, live('[Ingress]'), 'suspect', ['/spec/policyTypes']);
    check(desired, live('[Egress]'), 'removed', ['/spec/policyTypes']);
  });
});

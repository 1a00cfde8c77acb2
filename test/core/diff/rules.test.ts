import assert from 'node:assert/strict';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import type { Json, JsonObject } from '../../../src/core/model/json.ts';
import type { ObjectDiff } from '../../../src/core/model/difference.ts';
import { compareObject } from '../../../src/core/diff/compareObject.ts';
import type { ApplyTool, DiffInput } from '../../../src/core/diff/diffInput.ts';
import { builtIn } from '../../../src/core/diff/schema/builtInSchemas.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';

interface Entry {
  readonly manager: string;
  readonly operation?: 'Apply' | 'Update';
  readonly subresource?: string;
  readonly fields: JsonObject;
}

function read(text: string): Json {
  return readYaml(text, 'plain').documents[0]?.value ?? null;
}

function object(text: string, entries: readonly Entry[] = [], applied?: string): KubeObject {
  const value = asKubeObject(read(text));
  assert.ok(value !== undefined, text);
  const managedFields = entries.map(({ fields, operation = 'Update', ...rest }) => ({
    ...rest,
    operation,
    fieldsV1: fields,
  }));
  const annotations =
    applied === undefined
      ? {}
      : { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(read(applied)) } };
  return { ...value, metadata: { ...value.metadata, ...annotations, managedFields } };
}

function compare(tool: ApplyTool, desired: string, live: KubeObject, more: Partial<DiffInput> = {}): ObjectDiff {
  const fieldManager = tool.startsWith('argocd') ? 'argocd-controller' : 'kustomize-controller';
  return compareObject({ desired: object(desired), live, manager: { tool, fieldManager }, schemas: builtIn, ...more });
}

function check(diff: ObjectDiff, verdict: string, fields: readonly string[]): void {
  assert.equal(diff.verdict, verdict);
  assert.deepEqual(
    diff.fields.map(({ path, change, by }) => [change, path, ...(by === undefined ? [] : [by])].join(' ')),
    fields,
  );
}

const config = (data: string): string => `{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: ${data}}`;
const pod = (container: string): string =>
  `{apiVersion: apps/v1, kind: Deployment, metadata: {name: w}, spec: {template: {spec: {containers: [${container}]}}}}`;
const inContainer = (fields: JsonObject): JsonObject => ({
  'f:spec': {
    'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, ...fields } } } },
  },
});

describe('what Git dropped', () => {
  const own = { manager: 'argocd-controller', operation: 'Apply' } as const;

  it('is removed when an Apply entry of the manager holds it, and not when an Update entry does', () => {
    const fields = { 'f:data': { 'f:a': {}, 'f:b': {} } };
    check(compare('argocd-ssa', config('{a: x}'), object(config('{a: x, b: y}'), [{ ...own, fields }])), 'removed', [
      'remove /data/b argocd-controller',
    ]);
    const updated = object(config('{a: x, b: y}'), [{ ...own, operation: 'Update', fields }]);
    check(compare('argocd-ssa', config('{a: x}'), updated), 'in-sync', []);
  });

  it('takes defaults inside a struct with it, but nothing that somebody else owns', () => {
    const probe = '{name: a, livenessProbe: {periodSeconds: 10, httpGet: {path: /, port: 80, scheme: HTTP}}}';
    const fields = inContainer({ 'f:livenessProbe': { 'f:httpGet': { 'f:path': {}, 'f:port': {} } } });
    const path = '/spec/template/spec/containers/0/livenessProbe';
    check(compare('argocd-ssa', pod('{name: a}'), object(pod(probe), [{ ...own, fields }])), 'removed', [
      `remove ${path} argocd-controller`,
    ]);
    const other = { manager: 'tuner', fields: inContainer({ 'f:livenessProbe': { 'f:periodSeconds': {} } }) };
    check(compare('argocd-ssa', pod('{name: a}'), object(pod(probe), [{ ...own, fields }, other])), 'removed', [
      `remove ${path}/httpGet argocd-controller`,
    ]);
  });

  it('is removed when last-applied holds it, whoever wrote it last', () => {
    const editor = { manager: 'kubectl-edit', fields: { 'f:data': { 'f:b': {} } } };
    const live = object(config('{a: x, b: z}'), [editor], config('{a: x, b: y}'));
    check(compare('argocd-csa', config('{a: x}'), live), 'removed', ['remove /data/b kubectl-edit']);
  });

  it('never reports the last-applied annotation itself', () => {
    const name = 'f:kubectl.kubernetes.io/last-applied-configuration';
    const applier = {
      manager: 'kubectl-client-side-apply',
      fields: { 'f:metadata': { 'f:annotations': { '.': {}, [name]: {} } } },
    };
    check(
      compare('flux-kustomize', config('{a: x}'), object(config('{a: x}'), [applier], config('{a: x}'))),
      'in-sync',
      [],
    );
  });

  it('is left to a dry-run where the server would set it again', () => {
    const fields = inContainer({ 'f:imagePullPolicy': {}, 'f:resources': { 'f:requests': { 'f:cpu': {} } } });
    const limited = (limit: string, policy: string): KubeObject =>
      object(
        pod(
          `{name: a, image: "x:1", imagePullPolicy: ${policy}, resources: {limits: {cpu: ${limit}}, requests: {cpu: 500m}}}`,
        ),
        [{ ...own, fields }],
      );
    const desired = (limit: string): string => pod(`{name: a, image: "x:1", resources: {limits: {cpu: ${limit}}}}`);
    assert.equal(compare('argocd-ssa', desired('0.5'), limited('500m', 'IfNotPresent')).verdict, 'suspect');
    assert.equal(compare('argocd-ssa', desired('1'), limited('1', 'IfNotPresent')).verdict, 'removed');
    assert.equal(compare('argocd-ssa', desired('0.5'), limited('500m', 'Always')).verdict, 'removed');
  });

  it('goes with kubectl and the managers that Flux is told to override, unless the object is merged', () => {
    const live = (manager: string): KubeObject =>
      object(config('{a: x, b: y}'), [{ manager, fields: { 'f:data': { 'f:b': {} } } }]);
    const app = { name: 's', overrideManagers: ['legacy'] };
    const verdict = (manager: string, more: Partial<DiffInput> = {}): string =>
      compare('flux-kustomize', config('{a: x}'), live(manager), more).verdict;
    assert.equal(verdict('kubectl-patch'), 'removed');
    assert.equal(verdict('before-first-apply'), 'removed');
    assert.equal(verdict('legacy'), 'in-sync');
    const labelled = { ...live('legacy') };
    const stamps = { labels: { 'kustomize.toolkit.fluxcd.io/name': 's', 'kustomize.toolkit.fluxcd.io/namespace': '' } };
    const stamped = { ...labelled, metadata: { ...labelled.metadata, ...stamps } };
    assert.equal(compare('flux-kustomize', config('{a: x}'), stamped, { app }).verdict, 'removed');
  });
});

describe('what Git declares', () => {
  it('counts a null as a removal whoever wrote the value, except where Flux drops it', () => {
    check(compare('argocd-ssa', config('{a: null}'), object(config('{a: x}'))), 'removed', ['remove /data/a']);
    check(compare('flux-kustomize', config('{a: null}'), object(config('{a: x}'))), 'in-sync', []);
  });

  it('is refused where the type does not fit, and then says so first', () => {
    check(
      compare('argocd-csa', pod('{name: a, env: [{name: A, value: 5}]}'), object(pod('{name: a, image: x}'))),
      'invalid',
      ['add /spec/template/spec/containers/0/env/0/value', 'add /spec/template/spec/containers/0/env'],
    );
  });

  it('keeps the zero of a pointer apart from nothing', () => {
    check(compare('argocd-csa', pod('{name: a, stdin: false}'), object(pod('{name: a}'))), 'in-sync', []);
    const secured = pod('{name: a, securityContext: {privileged: false}}');
    check(compare('argocd-csa', secured, object(pod('{name: a}'))), 'modified', [
      'add /spec/template/spec/containers/0/securityContext',
    ]);
  });

  it('is not compared with an object of another version once they differ', () => {
    const scaler = (version: string, max: number): string =>
      `{apiVersion: autoscaling/${version}, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {maxReplicas: ${max}}}`;
    assert.equal(compare('argocd-csa', scaler('v1', 3), object(scaler('v2', 3))).verdict, 'in-sync');
    assert.equal(compare('argocd-csa', scaler('v1', 3), object(scaler('v2', 4))).verdict, 'unknown');
  });

  it('leaves what SOPS encrypted alone, but for its keys', () => {
    const encrypted = (data: string): string =>
      `{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: ${data}, sops: {mac: "ENC[AES256_GCM,data:x]"}}`;
    const live = object('{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: eA==}}');
    const value = '"ENC[AES256_GCM,data:abc,type:str]"';
    check(compare('flux-kustomize', encrypted(`{a: ${value}}`), live), 'in-sync', []);
    check(compare('flux-kustomize', encrypted(`{a: ${value}, b: ${value}}`), live), 'modified', ['add /stringData/b']);
  });

  it('belongs to the injector where an annotation asks for the CA bundle', () => {
    const hook = (annotations: string, bundle: string): string =>
      `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {name: v, annotations: ${annotations}}, webhooks: [{name: w, clientConfig: {caBundle: ${bundle}}}]}`;
    const fields = { 'f:webhooks': { 'k:{"name":"w"}': { 'f:clientConfig': { 'f:caBundle': {} } } } };
    const asked = '{cert-manager.io/inject-ca-from: a/b}';
    const live = (annotations: string): KubeObject =>
      object(hook(annotations, 'eA=='), [{ manager: 'cert-manager-cainjector', fields }]);
    assert.equal(compare('argocd-ssa', hook(asked, '""'), live(asked)).verdict, 'external');
    assert.equal(compare('argocd-ssa', hook('{}', '""'), live('{}')).verdict, 'modified');
  });
});

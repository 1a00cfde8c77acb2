import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { questionOfDocuments } from '../../../src/core/policy/documentQuestion.ts';
import type { GivenDocuments } from '../../../src/core/policy/documentQuestion.ts';
import { readYaml } from '../../../src/core/yaml/readYaml.ts';
import { isObject } from '../../../src/core/model/json.ts';

function documents(text: string): readonly JsonObject[] {
  return readYaml(text, 'plain').documents.flatMap(({ value }) => (isObject(value) ? [value] : []));
}

function ask(texts: Readonly<Partial<Record<keyof GivenDocuments, string>>>) {
  const { policies = '', context = '', resources = '' } = texts;
  return questionOfDocuments({
    policies: documents(policies),
    context: documents(context),
    resources: documents(resources),
  });
}

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n';

describe('documents as a question', () => {
  it('puts a namespaced object without a namespace into default, and keeps its name as written', () => {
    const { question, requests } = ask({ resources: pod });
    assert.deepEqual(question.requests[0]?.object?.metadata, { name: 'web', namespace: 'default' });
    assert.deepEqual(requests[0]?.named, { kind: 'Pod', namespace: '', name: 'web' });
  });

  it('gives objects of cluster-scoped kinds no namespace, also where a definition says so', () => {
    const context = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: zones.example.io}
spec:
  group: example.io
  scope: Cluster
  names: {kind: Zone, plural: zones}
  versions: [{name: v1}]
`;
    const resources =
      'apiVersion: example.io/v1\nkind: Zone\nmetadata: {name: a}\n---\nkind: Namespace\napiVersion: v1\nmetadata: {name: b}\n';
    const { question } = ask({ context, resources });
    assert.deepEqual(
      question.requests.map(({ object }) => object?.metadata),
      [{ name: 'a' }, { name: 'b' }],
    );
    assert.deepEqual(question.kinds, [
      { group: 'example.io', version: 'v1', kind: 'Zone', plural: 'zones', isNamespaced: false },
    ]);
  });

  it('takes policies from among the context and other objects from among the policies', () => {
    const { question } = ask({
      policies:
        'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\napiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\n',
      context:
        'apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: e}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n',
    });
    assert.deepEqual(
      question.policies.map(({ object }) => object.kind),
      ['ClusterPolicy', 'PolicyException'],
    );
    assert.deepEqual(
      question.context.map(({ kind }) => kind),
      ['Namespace', 'ConfigMap'],
    );
    assert.equal(question.complete, 'all');
  });

  it('hands over what sets the judgement up: values, the asking user, answers to authorizer', () => {
    const context = `
apiVersion: cli.kyverno.io/v1alpha1
kind: Values
globalValues: {a: b}
---
apiVersion: cli.kyverno.io/v1alpha1
kind: UserInfo
clusterRoles: [admin]
userInfo: {username: ann, groups: [dev, 7]}
---
apiVersion: cases/v1
kind: Authorizer
decisions: []
`;
    const { question } = ask({ context, resources: pod });
    assert.deepEqual(question.context, []);
    assert.deepEqual(
      question.settings?.kyvernoValues?.map(({ kind }) => kind),
      ['Values'],
    );
    assert.deepEqual(
      question.settings.authorizer?.map(({ kind }) => kind),
      ['Authorizer'],
    );
    const { username, groups, clusterRoles } = question.requests[0]?.user ?? {};
    assert.deepEqual({ username, groups, clusterRoles }, { username: 'ann', groups: ['dev'], clusterRoles: ['admin'] });
  });

  it('takes nobody in particular for the one who asks, where no file says who does', () => {
    const { question } = ask({ resources: pod });
    assert.deepEqual([question.requests[0]?.user?.username, question.requests[0]?.user?.groups], [undefined, []]);
  });

  it('reads an AdmissionReview as the request that it is', () => {
    const resources = `
apiVersion: admission.k8s.io/v1
kind: AdmissionReview
request:
  operation: DELETE
  namespace: shop
  userInfo: {username: ann}
  oldObject: {apiVersion: v1, kind: Pod, metadata: {name: web}}
---
apiVersion: admission.k8s.io/v1
kind: AdmissionReview
request: {operation: CONNECT, subResource: exec, name: app, namespace: prod}
`;
    const { question, requests } = ask({ resources });
    const [deletion, exec] = question.requests;
    assert.equal(deletion?.operation, 'DELETE');
    assert.equal(deletion.object, undefined);
    assert.deepEqual(deletion.oldObject?.metadata, { name: 'web', namespace: 'shop' });
    assert.equal(deletion.user?.username, 'ann');
    assert.deepEqual([exec?.operation, exec?.subResource, exec?.resource?.resource], ['CONNECT', 'exec', 'pods']);
    assert.deepEqual(
      requests.map(({ named }) => `${named.kind}/${named.namespace}/${named.name}`),
      ['Pod//web', 'Pod/prod/app'],
    );
  });

  it('knows the Namespaces that are judged themselves, unless the context says otherwise', () => {
    const namespace = (name: string, team: string): string =>
      `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: {team: ${team}}}\n`;
    const { question } = ask({
      context: namespace('a', 'red'),
      resources: `${namespace('a', 'blue')}---\n${namespace('b', 'blue')}`,
    });
    assert.deepEqual(
      question.context.map(({ metadata }) => metadata),
      [
        { name: 'a', labels: { team: 'red' } },
        { name: 'b', labels: { team: 'blue' } },
      ],
    );
  });

  it('leaves out what is no object', () => {
    const { question } = ask({ resources: '[1, 2]\n---\nname: values\n', policies: 'a: b\n' });
    assert.deepEqual([question.requests, question.policies], [[], []]);
  });
});

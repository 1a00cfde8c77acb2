import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { appId } from '../../../src/core/model/app.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { asKubeObject, resourceKey } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';
import { explainVerdict } from '../../../src/core/policy/explainVerdict.ts';
import { exemptionFor } from '../../../src/core/policy/policyException.ts';
import type { PolicyResult } from '../../../src/core/policy/judgement.ts';
import type { PolicyVerdict } from '../../../src/core/policy/policyVerdict.ts';
import { ruleOf } from '../../../src/core/policy/ruleBook.ts';

function kube(value: JsonObject): KubeObject {
  const object = asKubeObject(value);
  if (object === undefined) throw new Error('no object');
  return object;
}

const app = appId('manifests', { path: 'web' });
const key = resourceKey({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' });
const deployment = kube({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 3 },
});

function verdict(policy: JsonObject, result: Partial<PolicyResult>, object = key): PolicyVerdict {
  const rule = ruleOf(kube(policy), { kind: 'cluster', context: 'prod' });
  const full = { request: 'r', policy: 'few', result: 'fail', actions: ['Deny'], ...result } as const;
  return { app, object, rule, source: rule.source, result: full };
}

const vap = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'few' },
  spec: { matchConstraints: { resourceRules: [] }, validations: [{ expression: 'object.spec.replicas <= 2' }] },
};

describe('explaining a verdict', () => {
  it('says why it applies, what decided, and which values were read', () => {
    const text = explainVerdict(
      verdict(vap, {
        message: 'too many',
        reads: ['/spec/replicas', '/spec/paused'],
        at: '/spec/validations/0/expression',
      }),
      deployment,
    );
    for (const part of [
      '# few: fail',
      'From: cluster prod.',
      'The object would be refused.',
      '"matchConstraints"',
      'object.spec.replicas <= 2',
      '- `spec.replicas`: `3`',
      '- `spec.paused`: `absent`',
    ]) {
      assert.ok(text.includes(part), `${part} in:\n${text}`);
    }
  });

  it('shows no value of a Secret', () => {
    const secret = kube({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' }, data: { password: 'czNjcmV0' } });
    const text = explainVerdict(verdict(vap, { reads: ['/data/password'] }), secret);
    assert.doesNotMatch(text, /czNjcmV0/);
    assert.match(text, /not shown/);
  });

  it('keeps what engines say inside of its fence', () => {
    const text = explainVerdict(verdict(vap, { message: 'a\n```\n# not a heading' }), deployment);
    assert.match(text, /````\na\n```\n# not a heading\n````/);
  });
});

describe('exempting an object', () => {
  it('from a Kyverno policy names the rule in the forms in which it is applied', () => {
    const policy = { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', metadata: { name: 'few' } };
    const found = exemptionFor(verdict(policy, { rule: 'autogen-limit' }));
    assert.deepEqual(found?.document, {
      apiVersion: 'kyverno.io/v2',
      kind: 'PolicyException',
      metadata: { name: 'few-deployment-web', namespace: 'shop' },
      spec: {
        exceptions: [{ policyName: 'few', ruleNames: ['limit', 'autogen-limit'] }],
        match: { any: [{ resources: { kinds: ['Deployment'], namespaces: ['shop'], names: ['web'] } }] },
      },
    });
  });

  it('from a constraint excludes its namespace, and says that this is more than the object', () => {
    const constraint = {
      apiVersion: 'constraints.gatekeeper.sh/v1beta1',
      kind: 'NeedOwner',
      metadata: { name: 'few', resourceVersion: '7' },
      spec: { match: { excludedNamespaces: ['kube-system'] }, parameters: { a: 1 } },
    };
    const found = exemptionFor(verdict(constraint, {}));
    assert.deepEqual(found?.document, {
      apiVersion: 'constraints.gatekeeper.sh/v1beta1',
      kind: 'NeedOwner',
      metadata: { name: 'few' },
      spec: { match: { excludedNamespaces: ['kube-system', 'shop'] }, parameters: { a: 1 } },
    });
    assert.match(found.remarks.join(' '), /no longer judges anything in shop/);
  });

  it('is not offered where the engine knows no such thing', () => {
    assert.equal(exemptionFor(verdict(vap, {})), undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isJudging, policyKindOf } from '../../../src/core/policy/policyKinds.ts';

describe('documents that rule', () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'admission policy'],
    ['admissionregistration.k8s.io/v1beta1', 'MutatingAdmissionPolicyBinding', 'admission binding'],
    ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', undefined],
    ['kyverno.io/v1', 'Policy', 'kyverno policy'],
    ['kyverno.io/v2', 'PolicyException', 'kyverno exception'],
    ['kyverno.io/v2', 'ClusterCleanupPolicy', 'kyverno policy'],
    ['policies.kyverno.io/v1beta1', 'NamespacedDeletingPolicy', 'kyverno policy'],
    ['kyverno.io/v2', 'UpdateRequest', undefined],
    ['policies.kyverno.io/v1', 'NamespacedValidatingPolicy', 'kyverno policy'],
    ['templates.gatekeeper.sh/v1', 'ConstraintTemplate', 'gatekeeper template'],
    ['constraints.gatekeeper.sh/v1beta1', 'K8sRequiredLabels', 'gatekeeper constraint'],
    ['mutations.gatekeeper.sh/v1', 'Assign', 'gatekeeper mutator'],
    ['config.gatekeeper.sh/v1alpha1', 'Config', 'gatekeeper settings'],
    ['networking.k8s.io/v1', 'NetworkPolicy', undefined],
  ];
  for (const [apiVersion, kind, expected] of cases) {
    it(`${kind} of ${apiVersion} is ${expected ?? 'none'}`, () => {
      const found = policyKindOf({ apiVersion, kind });
      assert.equal(found && `${found.engine} ${found.role}`, expected);
    });
  }

  it("knows Kyverno's own configuration from other ConfigMaps", () => {
    const config = (namespace: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kyverno', namespace },
    });
    assert.deepEqual(policyKindOf(config('kyverno')), { engine: 'kyverno', role: 'settings' });
    assert.equal(policyKindOf(config('shop')), undefined);
  });

  it('tells those that judge from those that only say how', () => {
    assert.equal(isJudging({ apiVersion: 'constraints.gatekeeper.sh/v1beta1', kind: 'A' }), true);
    assert.equal(isJudging({ apiVersion: 'templates.gatekeeper.sh/v1', kind: 'ConstraintTemplate' }), false);
    assert.equal(isJudging({ apiVersion: 'v1', kind: 'Pod' }), false);
  });
});

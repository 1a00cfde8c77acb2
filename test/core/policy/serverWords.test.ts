import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readServerWords } from '../../../src/core/policy/serverWords.ts';

describe("a server's words about policies", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a denial of a ValidatingAdmissionPolicy',
      `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few-prod' denied request: too many replicas (3)`,
      ['fail few: too many replicas (3)'],
    ],
    [
      'its warning',
      `Validation failed for ValidatingAdmissionPolicy 'few' with binding 'few': too many replicas`,
      ['warn few: too many replicas'],
    ],
    [
      'Pod Security',
      `pods "web" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set it)`,
      ['fail PodSecurity/restricted:latest: allowPrivilegeEscalation != false (container "c" must set it)'],
    ],
    [
      'its warning about a controller',
      `would violate PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true)`,
      ['warn PodSecurity/baseline:v1.30: host namespaces (hostNetwork=true)'],
    ],
    [
      'Gatekeeper, constraint by constraint',
      `admission webhook "validation.gatekeeper.sh" denied the request: [need-owner] no owner\n[need-team] no team`,
      ['fail need-owner: no owner', 'fail need-team: no team'],
    ],
    [
      'Kyverno, rule by rule',
      `admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/shop/web was blocked due to the following policies \n\nlatest:\n  require-tag: 'validation error: it''s latest'\nlimits:\n  cpu: no limit\n`,
      ["fail latest/require-tag: validation error: it's latest", 'fail limits/cpu: no limit'],
    ],
    [
      'Kyverno, in several lines',
      `admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/shop/web was blocked due to the following policies \n\nlatest:\n  tag: |-\n    one\n    two\n`,
      ['fail latest/tag: one\ntwo'],
    ],
    ["Gatekeeper's warning", '[need-owner] no owner', ['warn need-owner: no owner']],
    [
      "Kyverno's warning",
      'policy latest.require-tag: validation failure',
      ['warn latest/require-tag: validation failure'],
    ],
    ['anything else', 'deployments.apps "web" is invalid: spec.replicas: must be positive', []],
  ];
  for (const [what, text, expected] of cases) {
    it(`read ${what}`, () => {
      const found = readServerWords(text).map(
        ({ policy, rule, result, message }) => `${result} ${policy}${rule === undefined ? '' : `/${rule}`}: ${message}`,
      );
      assert.deepEqual(found, expected);
    });
  }

  it('say the field where they name its path', () => {
    const text = `was blocked due to the following policies \n\nlatest:\n  tag: 'validation error: no. rule tag failed at path /spec/containers/0/image/'\n`;
    assert.equal(readServerWords(text)[0]?.path, '/spec/containers/0/image');
  });
});

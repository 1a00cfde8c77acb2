import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readArgoSettings } from '../../../src/core/argocd/argoSettings.ts';
import type { ArgoSettings } from '../../../src/core/argocd/argoSettings.ts';
import { withKnownTypes } from '../../../src/core/argocd/knownTypes.ts';
import { compareObject } from '../../../src/core/diff/compareObject.ts';
import type { ApplyTool } from '../../../src/core/diff/diffInput.ts';
import { builtIn } from '../../../src/core/diff/schema/builtInSchemas.ts';
import { definedSchemas, publishedSchemas } from '../../../src/core/diff/schema/publishedSchemas.ts';
import { chainSchemas } from '../../../src/core/diff/schema/typeSchemas.ts';
import type { TypeSchemas } from '../../../src/core/diff/schema/typeSchemas.ts';
import type { JsonObject } from '../../../src/core/model/json.ts';
import { asKubeObject } from '../../../src/core/model/resource.ts';
import type { KubeObject } from '../../../src/core/model/resource.ts';

function settings(data: JsonObject): ArgoSettings {
  return readArgoSettings(objectOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data }));
}

function objectOf(value: JsonObject): KubeObject {
  const found = asKubeObject(value);
  assert.ok(found !== undefined);
  return found;
}

function verdict(spec: JsonObject, live: JsonObject, schemas: TypeSchemas, kind = 'example.com/v1 Job'): string {
  const [apiVersion = '', name = ''] = kind.split(' ');
  const of = (value: JsonObject): KubeObject =>
    objectOf({ apiVersion, kind: name, metadata: { name: 'x' }, spec: value });
  const manager = { tool: 'argocd-csa' as const, fieldManager: 'argocd-controller' };
  return compareObject({ desired: of(spec), live: of(live), manager, schemas }).verdict;
}

const types = `- field: timeout
  type: meta/v1/Duration
- field: spec.timeout
  type: meta/v1/Duration
- field: spec.limits
  type: core/v1/ResourceList
- field: spec.steps.resources
  type: core/v1/ResourceRequirements
- field: spec.size
  type: core/Quantity
`;
const key = 'resource.customizations.knownTypeFields.example.com_Job';

describe('the known types of argocd-cm', () => {
  const known = withKnownTypes(builtIn, settings({ [key]: types }).knownTypes);
  const cases: readonly (readonly [what: string, spec: JsonObject, live: JsonObject, plain: string, typed: string])[] =
    [
      ['one duration in two spellings', { timeout: '90m' }, { timeout: '1h30m0s' }, 'modified', 'in-sync'],
      ['two durations', { timeout: '90m' }, { timeout: '1h' }, 'modified', 'modified'],
      ['a resource list', { limits: { cpu: '1000m' } }, { limits: { cpu: '1' } }, 'modified', 'in-sync'],
      ['another amount', { limits: { cpu: '1000m' } }, { limits: { cpu: '2' } }, 'modified', 'modified'],
      ['a quantity', { size: '1024Mi' }, { size: '1Gi' }, 'modified', 'in-sync'],
      [
        'items of a list',
        { steps: [{ resources: { requests: { memory: '1024Mi' } } }] },
        { steps: [{ resources: { requests: { memory: '1Gi' } } }] },
        'modified',
        'in-sync',
      ],
      ['a field that nobody named', { other: '1000m' }, { other: '1' }, 'modified', 'modified'],
    ];
  const job = {
    kind: 'CustomResourceDefinition',
    spec: {
      group: 'example.com',
      names: { kind: 'Job' },
      versions: [
        {
          name: 'v1',
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: {
                spec: {
                  type: 'object',
                  properties: {
                    timeout: { type: 'string' },
                    other: { type: 'string' },
                    size: { type: 'string' },
                    limits: { type: 'object', additionalProperties: { type: 'string' } },
                    steps: {
                      type: 'array',
                      items: {
                        type: 'object',
                        properties: { resources: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      ],
    },
  };
  const defined = chainSchemas(builtIn, publishedSchemas(definedSchemas([job])));
  const knownDefined = withKnownTypes(defined, settings({ [key]: types }).knownTypes);
  for (const [what, spec, live, plain, typed] of cases) {
    it(`compare ${what} as Argo CD does`, () => {
      assert.deepEqual([verdict(spec, live, defined), verdict(spec, live, knownDefined)], [plain, typed]);
    });
  }

  it('work without a definition too', () => {
    assert.equal(verdict({ timeout: '90m' }, { timeout: '1h30m0s' }, known), 'in-sync');
  });

  it('hold for exactly the kind that they name', () => {
    assert.equal(verdict({ timeout: '90m' }, { timeout: '1h30m0s' }, known, 'example.org/v1 Job'), 'modified');
  });

  it('hold for a Rollout’s pod template without a word', () => {
    const spec = (cpu: string): JsonObject => ({
      template: { spec: { containers: [{ name: 'a', resources: { limits: { cpu } } }] } },
    });
    assert.equal(
      verdict(spec('1000m'), spec('1'), withKnownTypes(builtIn, []), 'argoproj.io/v1alpha1 Rollout'),
      'in-sync',
    );
  });

  it('may stand in the map of old', () => {
    const old = 'example.com/Job:\n  knownTypeFields:\n  - field: spec.size\n    type: core/Quantity\n';
    const { knownTypes, problems } = settings({ 'resource.customizations': old });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      knownTypes.map(({ group, kind, path }) => [group, kind, path.join('.')]),
      [['example.com', 'Job', 'spec.size']],
    );
  });

  it('that are not known here are said', () => {
    const { knownTypes, problems } = settings({ [key]: '- {field: spec.a, type: core/v1/Nonsense}' });
    assert.deepEqual(knownTypes, []);
    assert.match(problems.join(), /the type "core\/v1\/Nonsense" of spec\.a is not known here/);
  });
});

describe('the rules of an aggregated ClusterRole', () => {
  const tracked = 'argocd.argoproj.io/tracking-id';
  const role = (rules: readonly JsonObject[]): KubeObject =>
    objectOf({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'view', annotations: { [tracked]: 'web:rbac.authorization.k8s.io/ClusterRole:/view' } },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { view: 'true' } }] },
      rules,
    });
  const look = (tool: ApplyTool, options: string): string =>
    compareObject({
      desired: role([{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]),
      live: role([{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]),
      manager: { tool, fieldManager: 'argocd-controller' },
      app: { name: 'web', ...settings({ 'resource.compareoptions': options }) },
      schemas: builtIn,
    }).verdict;

  it('are the aggregation’s own affair, and nothing at all where resource.compareoptions says so', () => {
    assert.equal(look('argocd-csa', ''), 'external');
    assert.equal(look('argocd-csa', 'ignoreAggregatedRoles: true'), 'in-sync');
    assert.equal(look('kubectl-ssa', 'ignoreAggregatedRoles: true'), 'external');
  });
});

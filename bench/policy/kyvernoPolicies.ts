import type { JsonObject } from '../../src/core/model/json.ts';

/** The one rule of a ClusterPolicy, without its name. */
type Family = (index: number) => JsonObject;

function kinds(...names: readonly string[]): JsonObject {
  return { match: { any: [{ resources: { kinds: names } }] } };
}

const families: readonly Family[] = [
  (index) => ({
    ...kinds('Deployment', 'Service', 'ConfigMap'),
    validate: {
      message: 'The label is missing.',
      pattern: { metadata: { labels: { [`label-${String(index)}`]: '?*' } } },
    },
  }),
  (index) => ({
    ...kinds('Pod'),
    validate: {
      message: 'Images carry a version.',
      pattern: { spec: { containers: [{ image: `!*:latest & !*:v${String(index)}` }] } },
    },
  }),
  (index) => ({
    ...kinds('Deployment'),
    validate: {
      message: 'Too many: {{ request.object.spec.replicas }}.',
      deny: {
        conditions: {
          any: [{ key: '{{ request.object.spec.replicas }}', operator: 'GreaterThan', value: 1 + index }],
        },
      },
    },
  }),
  (index) => ({
    ...kinds('Pod'),
    validate: {
      message: 'Memory is limited.',
      foreach: [
        {
          list: 'request.object.spec.containers',
          deny: {
            conditions: {
              all: [
                {
                  key: "{{ element.resources.limits.memory || '2Gi' }}",
                  operator: 'GreaterThan',
                  value: `${String(100 * (index + 1))}Mi`,
                },
              ],
            },
          },
        },
      ],
    },
  }),
  (index) => ({
    ...kinds('Service'),
    preconditions: {
      all: [{ key: '{{ request.object.spec.type }}', operator: 'AnyIn', value: ['NodePort', 'LoadBalancer'] }],
    },
    validate: { message: 'A port too many.', pattern: { spec: { ports: [{ port: `>${String(79 + index)}` }] } } },
  }),
];

/** Some ClusterPolicies of one rule each: patterns on objects and Pods, deny, foreach, and behind preconditions. */
export function kyvernoPolicies(count: number): readonly JsonObject[] {
  return Array.from({ length: count }, (_, index) => {
    const rule = families[index % families.length]?.(Math.floor(index / families.length)) ?? {};
    return {
      apiVersion: 'kyverno.io/v1',
      kind: 'ClusterPolicy',
      metadata: { name: `rule-${String(index)}` },
      spec: { validationFailureAction: 'Enforce', background: true, rules: [{ name: 'check', ...rule }] },
    };
  });
}

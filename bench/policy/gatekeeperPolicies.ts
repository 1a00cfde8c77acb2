import type { JsonObject } from '../../src/core/model/json.ts';

/** A template and what its constraints ask for. */
interface Family {
  readonly kind: string;
  readonly code: JsonObject;
  readonly kinds: readonly JsonObject[];
  readonly parameters: (index: number) => JsonObject;
}

const pods = { apiGroups: [''], kinds: ['Pod'] };
const deployments = { apiGroups: ['apps'], kinds: ['Deployment'] };
const services = { apiGroups: [''], kinds: ['Service'] };

const families: readonly Family[] = [
  {
    kind: 'BenchLabels',
    code: {
      rego: `package benchlabels

violation[{"msg": msg, "details": {"missing": missing}}] {
  provided := {label | input.review.object.metadata.labels[label]}
  required := {label | label := input.parameters.labels[_]}
  missing := required - provided
  count(missing) > 0
  msg := sprintf("labels are missing: %v", [missing])
}
`,
    },
    kinds: [{ apiGroups: ['', 'apps'], kinds: ['Deployment', 'Service', 'ConfigMap'] }],
    parameters: (index) => ({ labels: [`label-${String(index)}`] }),
  },
  {
    kind: 'BenchImages',
    code: {
      rego: `package benchimages

import data.lib.pods

violation[{"msg": msg}] {
  container := pods.containers(input.review.object)[_]
  tag := input.parameters.tags[_]
  endswith(container.image, tag)
  msg := sprintf("container %v uses %v", [container.name, container.image])
}
`,
      libs: [
        `package lib.pods

containers(object) = found {
  found := object.spec.containers
}

containers(object) = found {
  found := object.spec.template.spec.containers
}
`,
      ],
    },
    kinds: [pods, deployments],
    parameters: (index) => ({ tags: [':latest', `:v${String(index)}`] }),
  },
  {
    kind: 'BenchMemory',
    code: {
      code: [
        {
          engine: 'Rego',
          source: {
            version: 'v1',
            rego: `package benchmemory

violation contains {"msg": msg} if {
  some container in input.review.object.spec.containers
  memory := object.get(container, ["resources", "limits", "memory"], "2Gi")
  units.parse_bytes(memory) > units.parse_bytes(input.parameters.memory)
  msg := sprintf("container %v may use %v", [container.name, memory])
}
`,
          },
        },
      ],
    },
    kinds: [pods],
    parameters: (index) => ({ memory: `${String(100 * (index + 1))}Mi` }),
  },
  {
    kind: 'BenchReplicas',
    code: cel('variables.anyObject.spec.replicas <= variables.params.most', 'too many replicas'),
    kinds: [deployments],
    parameters: (index) => ({ most: 1 + index }),
  },
  {
    kind: 'BenchPorts',
    code: cel('variables.anyObject.spec.ports.all(p, p.port != variables.params.port)', 'this port is taken'),
    kinds: [services],
    parameters: (index) => ({ port: [80, 443, 9090][index % 3] ?? 80 }),
  },
];

function cel(expression: string, message: string): JsonObject {
  const source = { failurePolicy: 'Fail', validations: [{ expression, message }] };
  return { code: [{ engine: 'K8sNativeValidation', source }] };
}

function template({ kind, code }: Family): JsonObject {
  const strings = { type: 'array', items: { type: 'string' } };
  const [text, number] = [{ type: 'string' }, { type: 'integer' }];
  const properties = { labels: strings, tags: strings, memory: text, most: number, port: number };
  return {
    apiVersion: 'templates.gatekeeper.sh/v1',
    kind: 'ConstraintTemplate',
    metadata: { name: kind.toLowerCase() },
    spec: {
      crd: { spec: { names: { kind }, validation: { openAPIV3Schema: { type: 'object', properties } } } },
      targets: [{ target: 'admission.k8s.gatekeeper.sh', ...code }],
    },
  };
}

/** Some constraints over templates in Rego (both versions, one with a library) and CEL. */
export function gatekeeperPolicies(count: number): readonly JsonObject[] {
  const constraints = Array.from({ length: count }, (_, index) => {
    const { kind = '', kinds = [], parameters } = families[index % families.length] ?? {};
    return {
      apiVersion: 'constraints.gatekeeper.sh/v1beta1',
      kind,
      metadata: { name: `rule-${String(index)}` },
      spec: { match: { kinds }, parameters: parameters?.(Math.floor(index / families.length)) ?? {} },
    };
  });
  return [...families.map(template), ...constraints];
}

import { listAt, objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { parseKey } from '../model/resource.ts';
import { policyKindOf } from './policyKinds.ts';
import type { PolicyVerdict } from './policyVerdict.ts';

/** A document that exempts one object from one policy, to be reviewed like any other change. */
export interface PolicyExemption {
  /** A name for the file. */
  readonly file: string;
  readonly document: JsonObject;
  /** What a reviewer must know, one sentence each. */
  readonly remarks: readonly string[];
}

/**
 * What exempts the object of a verdict: a PolicyException of Kyverno, or the Gatekeeper constraint with the object's name
 * excluded. `undefined` where the policy's engine has no such thing (admission policies, Pod Security).
 */
export function exemptionFor(verdict: PolicyVerdict): PolicyExemption | undefined {
  const { rule } = verdict;
  const found = rule && policyKindOf(rule.object);
  if (rule === undefined || found === undefined) return undefined;
  if (found.engine === 'gatekeeper' && found.role === 'constraint') return constraintExclusion(verdict, rule.object);
  if (found.engine !== 'kyverno' || found.role !== 'policy') return undefined;
  const isCel = rule.object.apiVersion.startsWith('policies.kyverno.io/');
  return isCel ? celException(verdict, rule.object) : kyvernoException(verdict, rule.object);
}

function kyvernoException({ object, result }: PolicyVerdict, policy: JsonObject): PolicyExemption {
  const { kind, name, namespace } = parseKey(object);
  const ownNamespace = stringAt(policy, 'metadata', 'namespace');
  const policyName = ownNamespace === undefined ? result.policy : `${ownNamespace}/${result.policy}`;
  const ruleNames = ruleNamesOf(result.rule);
  const resources = { kinds: [kind], ...(namespace !== undefined && { namespaces: [namespace] }), names: [name] };
  return {
    file: `${fileName(result.policy, kind, name)}.yaml`,
    document: {
      apiVersion: 'kyverno.io/v2',
      kind: 'PolicyException',
      metadata: { name: fileName(result.policy, kind, name), ...(namespace !== undefined && { namespace }) },
      spec: { exceptions: [{ policyName, ruleNames }], match: { any: [{ resources }] } },
    },
    remarks: [exceptionsAreOff],
  };
}

const exceptionsAreOff =
  'Kyverno heeds exceptions only where they are switched on, and maybe in one namespace only (enablePolicyException, exceptionNamespace).';

/** The rule and the form in which Kyverno applies it to controllers of Pods: both must be named. */
function ruleNamesOf(rule = '*'): readonly string[] {
  const stem = rule.replace(/^autogen-(?:cronjob-)?/, '');
  return stem === rule ? [rule] : [stem, rule];
}

function celException({ object, result }: PolicyVerdict, policy: JsonObject): PolicyExemption {
  const { kind, name, namespace } = parseKey(object);
  return {
    file: `${fileName(result.policy, kind, name)}.yaml`,
    document: {
      apiVersion: stringAt(policy, 'apiVersion') ?? 'policies.kyverno.io/v1',
      kind: 'PolicyException',
      metadata: { name: fileName(result.policy, kind, name), ...(namespace !== undefined && { namespace }) },
      spec: {
        policyRefs: [{ name: result.policy, kind: stringAt(policy, 'kind') ?? '' }],
        matchConditions: [{ name: 'this-object', expression: `object.metadata.name == ${JSON.stringify(name)}` }],
      },
    },
    remarks: [exceptionsAreOff],
  };
}

/** Gatekeeper excludes namespaces, not objects: the narrowest exclusion is the object's namespace. */
function constraintExclusion({ object, result }: PolicyVerdict, constraint: JsonObject): PolicyExemption | undefined {
  const { kind, name, namespace } = parseKey(object);
  if (namespace === undefined) return undefined;
  const spec = objectAt(constraint, 'spec') ?? {};
  const match = objectAt(spec, 'match') ?? {};
  const excluded = listAt(match, 'excludedNamespaces');
  const document = {
    ...pick(constraint, ['apiVersion', 'kind']),
    metadata: pick(objectAt(constraint, 'metadata') ?? {}, ['name', 'labels', 'annotations']),
    spec: { ...spec, match: { ...match, excludedNamespaces: [...excluded, namespace] } },
  };
  return {
    file: `${fileName(result.policy, kind, name)}.yaml`,
    document,
    remarks: [
      `Gatekeeper excludes whole namespaces: with this, ${result.policy} no longer judges anything in ${namespace}.`,
      'This is the whole constraint: it replaces the one that is there.',
    ],
  };
}

function pick(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key)));
}

/** A name that Kubernetes takes (RFC 1123), at most 63 characters. */
function fileName(...parts: readonly string[]): string {
  const words = parts
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-');
  return words.slice(0, 63).replaceAll(/^-+|-+$/g, '');
}

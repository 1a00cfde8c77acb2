import { isObject, listAt, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { JsonObject } from '../../src/core/model/json.ts';
import { groupOf } from '../../src/core/model/resource.ts';
import { questionOfDocuments } from '../../src/core/policy/documentQuestion.ts';
import type { AdmissionRequest, PolicyQuestion } from '../../src/core/policy/judgement.ts';
import { policyKindOf } from '../../src/core/policy/policyKinds.ts';
import { objectsIn } from '../adapters/engine/admissionCases.ts';
import { everyRight } from './caseRights.ts';

/** A case folder as a real API server and the engine can both be asked about it. */
export interface ServerCase {
  /** Unique among all cases, and a word that Kubernetes takes for a name. */
  readonly id: string;
  readonly name: string;
  /** What the engine is asked: the documents under names of their own, users that may do what they ask. */
  readonly question: PolicyQuestion;
  /** Policies and bindings; a policy looks at requests of this case only. */
  readonly rules: readonly JsonObject[];
  /** Objects that are there beside: Namespaces, parameters, the old objects of changes. */
  readonly objects: readonly JsonObject[];
  /** What must be so of the cluster for this case: objects, or their absence, by what names them. */
  readonly needs: ReadonlyMap<string, string>;
  /** Kinds that policies take parameters of, `apiVersion kind`. */
  readonly paramKinds: readonly string[];
}

/** Reads a case folder. */
export function readServerCase(id: string, name: string, folder: string, kubeVersion: string): ServerCase {
  const rename = renamer(id);
  const given = {
    policies: objectsIn(folder, 'policies.yaml').map(rename),
    context: objectsIn(folder, 'context.yaml').map(rename),
    resources: objectsIn(folder, 'resources.yaml').map(withServedName),
  };
  const { question: asked } = questionOfDocuments(given);
  const requests = asked.requests.map((each) => ({ ...each, user: userOf(each, id, asked) }));
  const question = { ...asked, requests, kubeVersion };
  const rules = question.policies.map(({ object }) => isolated(object, id));
  const created = new Set(requests.flatMap(({ object, oldObject }) => (oldObject ? [] : [wordOf(object ?? {})])));
  const beside = question.context.filter((each) => !created.has(wordOf(each)));
  const objects = [...beside.map(placed(beside)), ...requests.map(({ oldObject }) => oldObject).filter(isObject)];
  return { id, name, question, rules, objects, needs: needsOf(objects, question), paramKinds: paramKindsOf(rules) };
}

const policyKinds: ReadonlySet<unknown> = new Set(['ValidatingAdmissionPolicy', 'MutatingAdmissionPolicy']);
const everything = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] };

/** The documents that rule under names of the case's own, with what a server insists on and the suites leave out. */
function renamer(id: string): (document: JsonObject) => JsonObject {
  const named = (of: string | undefined): string => `${of ?? ''}-${id}`;
  return (document) => {
    const role = policyKindOf(document)?.role;
    if (role !== 'policy' && role !== 'binding') return document;
    const spec = objectAt(document, 'spec') ?? {};
    const metadata = { ...objectAt(document, 'metadata'), name: named(stringAt(document, 'metadata', 'name')) };
    // Without constraints the suites take a policy for one that matches everything.
    const again = document.kind === 'MutatingAdmissionPolicy' && { reinvocationPolicy: 'Never' };
    if (role === 'policy')
      return { ...document, metadata, spec: { matchConstraints: { resourceRules: [everything] }, ...again, ...spec } };
    const param = objectAt(spec, 'paramRef');
    const paramRef = param && { parameterNotFoundAction: 'Allow', ...param };
    const actions = document.kind === 'ValidatingAdmissionPolicyBinding' && { validationActions: ['Deny'] };
    const policyName = named(stringAt(spec, 'policyName'));
    return { ...document, metadata, spec: { ...actions, ...spec, policyName, ...(paramRef && { paramRef }) } };
  };
}

/** Some names of the suites are none that a server takes. */
function withServedName(object: JsonObject): JsonObject {
  const name = nameIn(object);
  if (name === undefined) return object;
  return { ...object, metadata: { ...objectAt(object, 'metadata'), name: name.replaceAll('_', '-') } };
}

/** A policy that skips what is not asked by this case: a condition that is false decides before all others. */
function isolated(rule: JsonObject, id: string): JsonObject {
  if (!policyKinds.has(rule.kind)) return rule;
  const extra = 'request.userInfo.extra';
  const condition = {
    name: 'plumbline-case',
    expression: `has(${extra}) && 'case' in ${extra} && ${extra}['case'] == ['${id}']`,
  };
  const spec = objectAt(rule, 'spec') ?? {};
  return { ...rule, spec: { ...spec, matchConditions: [condition, ...listAt(spec, 'matchConditions')] } };
}

function userOf({ user }: AdmissionRequest, id: string, { settings }: PolicyQuestion): AdmissionRequest['user'] {
  // Who may do everything could not be told apart from who may not.
  const rights = settings?.authorizer === undefined ? everyRight : `cases:${id}`;
  const groups = [...new Set([...(user?.groups ?? []), rights, 'system:authenticated'])];
  return { username: user?.username ?? 'cases:author', groups, extra: { case: [id] } };
}

/** Parameters that say no namespace are in `default`, unless nobody of their kind says one: those live in none. */
function placed(all: readonly JsonObject[]): (object: JsonObject) => JsonObject {
  return (object) => {
    const isNamespaced =
      object.kind === 'ConfigMap' || all.some((each) => each.kind === object.kind && namespaceIn(each) !== undefined);
    if (!isNamespaced || namespaceIn(object) !== undefined) return object;
    return { ...object, metadata: { ...objectAt(object, 'metadata'), namespace: 'default' } };
  };
}

function nameIn(object: JsonObject): string | undefined {
  return stringAt(object, 'metadata', 'name');
}

function namespaceIn(object: JsonObject): string | undefined {
  return stringAt(object, 'metadata', 'namespace');
}

function needsOf(objects: readonly JsonObject[], { requests, policies }: PolicyQuestion): ReadonlyMap<string, string> {
  const needs = new Map<string, string>();
  for (const place of objects.flatMap((each) => namespaceIn(each) ?? [])) needs.set(`v1 Namespace /${place}`, 'plain');
  for (const { object, oldObject, namespace } of requests) {
    const place = namespace ?? namespaceIn(object ?? oldObject ?? {});
    if (place !== undefined) needs.set(`v1 Namespace /${place}`, 'plain');
    if (object !== undefined && oldObject === undefined) needs.set(wordOf(object), 'absent');
  }
  for (const kind of paramKindsOf(policies.map(({ object }) => object))) {
    const own = objects.filter((each) => kindWord(each) === kind);
    needs.set(kind, JSON.stringify(own));
  }
  for (const object of objects) needs.set(wordOf(object), JSON.stringify(object));
  return needs;
}

function apiVersionOf(object: JsonObject): string {
  return stringAt(object, 'apiVersion') ?? '';
}

function kindWord(object: JsonObject): string {
  return `${apiVersionOf(object)} ${stringAt(object, 'kind') ?? ''}`;
}

function wordOf(object: JsonObject): string {
  return `${kindWord(object)} ${namespaceIn(object) ?? ''}/${nameIn(object) ?? ''}`;
}

function paramKindsOf(rules: readonly JsonObject[]): readonly string[] {
  const kinds = rules.map((each) => objectAt(each, 'spec', 'paramKind')).filter(isObject);
  return [...new Set(kinds.map((each) => `${apiVersionOf(each)} ${stringAt(each, 'kind') ?? ''}`))];
}

/**
 * Tells whether a case can deny requests of others: a server looks for parameters before it looks at conditions, and
 * denies what it finds none for.
 */
function isIntrusive({ rules, objects }: ServerCase): boolean {
  const everywhere = new Set(objects.filter((each) => namespaceIn(each) === undefined).map(nameIn));
  return rules.some((each) => {
    const param = objectAt(each, 'spec', 'paramRef');
    return param?.parameterNotFoundAction === 'Deny' && !everywhere.has(stringAt(param, 'name'));
  });
}

/** Cases that a cluster can hold at once, none of which changes what another one asks. */
export function wavesOf(cases: readonly ServerCase[]): readonly (readonly ServerCase[])[] {
  const waves: { readonly cases: ServerCase[]; readonly needs: Map<string, string> }[] = [];
  for (const each of cases.filter((one) => !isIntrusive(one))) {
    const fits = waves.find(({ needs }) =>
      [...each.needs].every(([key, value]) => (needs.get(key) ?? value) === value),
    );
    const wave = fits ?? { cases: [], needs: new Map<string, string>() };
    if (fits === undefined) waves.push(wave);
    wave.cases.push(each);
    for (const [key, value] of each.needs) wave.needs.set(key, value);
  }
  return [...waves.map(({ cases: own }) => own), ...cases.filter(isIntrusive).map((each) => [each])];
}

/** Kinds of custom resources that some cases need, as definitions a server takes. */
export function definitionsFor(
  cases: readonly ServerCase[],
  isServed: (group: string) => boolean,
): readonly JsonObject[] {
  const kinds = new Map<string, JsonObject>();
  for (const { objects, paramKinds } of cases) {
    const wanted = [...paramKinds, ...objects.map((each) => kindWord(each))];
    for (const word of wanted) {
      const [apiVersion = '', kind = ''] = word.split(' ');
      const group = groupOf(apiVersion);
      if (isServed(group)) continue;
      const isNamespaced = objects.some((each) => each.kind === kind && namespaceIn(each) !== undefined);
      kinds.set(`${group}/${kind}`, definition(group, apiVersion.split('/')[1] ?? '', kind, isNamespaced));
    }
  }
  return [...kinds.values()];
}

function definition(group: string, version: string, kind: string, isNamespaced: boolean): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: isNamespaced ? 'Namespaced' : 'Cluster',
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

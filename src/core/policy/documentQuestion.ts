import { listAt, objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { asKubeObject } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { scopeFrom } from '../render/scope.ts';
import { isReview, readUser, requestFor, requestOfReview } from './admissionRequests.ts';
import type { NamedRequest } from './admissionRequests.ts';
import type { PolicyDocument, PolicyQuestion, PolicySettings } from './judgement.ts';
import { policyKindOf } from './policyKinds.ts';

/** Documents as they were given, by what they were given for. */
export interface GivenDocuments {
  readonly policies: readonly JsonObject[];
  readonly context: readonly JsonObject[];
  readonly resources: readonly JsonObject[];
}

/** A question made of documents alone, with the names of what is judged. */
export interface DocumentQuestion {
  readonly question: PolicyQuestion;
  readonly requests: readonly GivenRequest[];
  /** Positions of the question's policies, by `id`, among the given ones: policies first, then context. */
  readonly given: ReadonlyMap<string, number>;
}

/** A request and the position of its document among the given resources. */
export interface GivenRequest extends NamedRequest {
  readonly position: number;
}

const tools = 'cli.kyverno.io/';

/**
 * Sorts documents into a question. What is given is taken for all there is: an object that no document holds does not
 * exist, and who asks is nobody in particular unless a `UserInfo` says otherwise. Policies may stand among the context (exceptions do) and other objects among the policies (Namespaces do).
 */
export function questionOfDocuments({ policies, context, resources }: GivenDocuments): DocumentQuestion {
  const ruling = [...policies, ...context].flatMap((object, index): readonly (PolicyDocument & { index: number })[] =>
    policyKindOf(object) === undefined ? [] : [{ id: `policy-${index}`, object, index }],
  );
  const beside = [...policies, ...context].filter((each) => policyKindOf(each) === undefined);
  const judged = resources.flatMap((each, position) => {
    const object = asKubeObject(each);
    return object === undefined ? [] : [{ object, position }];
  });
  const objects = judged.map(({ object }) => object);
  const known = [...beside, ...ruling.map(({ object }) => object)].flatMap((each) => asKubeObject(each) ?? []);
  const scope = scopeFrom([...known, ...objects]);
  const info = beside.find(({ kind }) => kind === 'UserInfo');
  const user = readUser(objectAt(info, 'userInfo') ?? {}, info);
  const requests = judged.map(({ object, position }) => {
    const id = `request-${position}`;
    const request = isReview(object)
      ? requestOfReview(id, object, scope, user)
      : requestFor(id, object, scope, { user });
    return { ...request, position };
  });
  const existing = beside.filter((each) => !isSetting(each));
  const question: PolicyQuestion = {
    policies: ruling.map(({ id, object }) => ({ id, object })),
    context: [...existing, ...namespacesAmong(objects, existing)],
    complete: 'all',
    requests: requests.map(({ request }) => request),
    kinds: definedKinds([...known, ...objects]),
    settings: settingsFrom(beside),
  };
  return { question, requests, given: new Map(ruling.map(({ id, index }) => [id, index])) };
}

/** Documents that set up the judgement and are no objects of a cluster. */
function isSetting({ apiVersion, kind }: JsonObject): boolean {
  return (
    (typeof apiVersion === 'string' && apiVersion.startsWith(tools)) ||
    (apiVersion === 'cases/v1' && kind === 'Authorizer')
  );
}

function settingsFrom(documents: readonly JsonObject[]): PolicySettings {
  const authorizers = documents.filter(({ kind }) => kind === 'Authorizer');
  const values = documents.filter((each) => isSetting(each) && each.kind === 'Values');
  return {
    ...(authorizers.length > 0 && { authorizer: authorizers }),
    ...(values.length > 0 && { kyvernoValues: values }),
  };
}

/** A Namespace that is itself to be created is known to the objects that go into it. */
function namespacesAmong(objects: readonly KubeObject[], known: readonly JsonObject[]): readonly KubeObject[] {
  const isNamespace = ({ apiVersion, kind }: JsonObject): boolean => apiVersion === 'v1' && kind === 'Namespace';
  const names = new Set(known.filter(isNamespace).map((each) => stringAt(each, 'metadata', 'name')));
  return objects.filter((each) => isNamespace(each) && !names.has(stringAt(each, 'metadata', 'name')));
}

/** The kinds that CustomResourceDefinitions among some objects define. */
export function definedKinds(objects: readonly JsonObject[]): PolicyQuestion['kinds'] {
  return objects
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .flatMap((definition) => {
      const group = stringAt(definition, 'spec', 'group') ?? '';
      const kind = stringAt(definition, 'spec', 'names', 'kind') ?? '';
      const plural = stringAt(definition, 'spec', 'names', 'plural') ?? `${kind.toLowerCase()}s`;
      const isNamespaced = stringAt(definition, 'spec', 'scope') !== 'Cluster';
      return listAt(definition, 'spec', 'versions').map((version) => {
        return { group, version: stringAt(version, 'name') ?? '', kind, plural, isNamespaced };
      });
    });
}

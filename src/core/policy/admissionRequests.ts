import { isList, isObject, objectAt, stringAt, stringsAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import { asKubeObject, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import type { KindScope } from '../render/scope.ts';
import type { AdmissionRequest, PolicyUser } from './judgement.ts';

/** How people name the object of a request: `Kind/namespace/name`, the namespace as it is written, so often empty. */
export interface JudgedName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A request and the name of its object. */
export interface NamedRequest {
  readonly request: AdmissionRequest;
  readonly named: JudgedName;
  /** The object as it was given, before it got a namespace. */
  readonly object?: JsonObject | undefined;
}

/** The namespace that the API server puts an object into whose author named none. */
export const defaultNamespace = 'default';

/** What is known beside the object. */
export interface RequestFacts extends Pick<AdmissionRequest, 'oldObject' | 'user'> {
  /** Where an object goes that names no namespace; `default` unless said. */
  readonly namespace?: string | undefined;
}

/** Creating (or, with `oldObject`, updating) one object; a namespaced object without a namespace goes to the given one. */
export function requestFor(
  id: string,
  object: KubeObject,
  scope: KindScope,
  { oldObject, user, namespace = defaultNamespace }: RequestFacts = {},
): NamedRequest {
  const placed = place(object, scope, namespace);
  const operation = oldObject === undefined ? 'CREATE' : 'UPDATE';
  return { request: { id, operation, object: placed, oldObject, user }, named: nameFor(object), object };
}

function place(object: KubeObject, scope: KindScope, namespace: string): KubeObject {
  if (namespaceOf(object) !== undefined || !scope.isNamespaced(object)) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

function nameFor(object: KubeObject): JudgedName {
  const name = nameOf(object) || (stringAt(object.metadata, 'generateName') ?? '');
  return { kind: object.kind, namespace: namespaceOf(object) ?? '', name };
}

/** What an `AdmissionReview` (admission.k8s.io) asks; absent objects stay absent. */
export function requestOfReview(id: string, review: JsonObject, scope: KindScope, user?: PolicyUser): NamedRequest {
  const asked = objectAt(review, 'request') ?? {};
  const object = asKubeObject(objectAt(asked, 'object'));
  const oldObject = asKubeObject(objectAt(asked, 'oldObject'));
  const judged = object ?? oldObject;
  const namespace = stringAt(asked, 'namespace');
  const name = stringAt(asked, 'name');
  const request: AdmissionRequest = {
    id,
    operation: operations.find((each) => each === asked.operation) ?? 'CREATE',
    object: object && place(object, scope, namespace ?? defaultNamespace),
    oldObject: oldObject && place(oldObject, scope, namespace ?? defaultNamespace),
    kind: readKind(objectAt(asked, 'kind')),
    resource: readResource(objectAt(asked, 'resource')) ?? (judged === undefined ? pods : undefined),
    subResource: stringAt(asked, 'subResource'),
    name,
    namespace,
    user: readUser(objectAt(asked, 'userInfo')) ?? user,
  };
  // What has no object of its own (CONNECT) is asked of a Pod.
  const named = judged === undefined ? { kind: 'Pod', namespace: namespace ?? '', name: name ?? '' } : nameFor(judged);
  return { request, named, object: judged };
}

const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;
const pods = { group: '', version: 'v1', resource: 'pods' } as const;

function readKind(kind: JsonObject | undefined): AdmissionRequest['kind'] {
  return kind && { group: textAt(kind, 'group'), version: textAt(kind, 'version'), kind: textAt(kind, 'kind') };
}

function readResource(resource: JsonObject | undefined): AdmissionRequest['resource'] {
  if (resource === undefined) return undefined;
  const [group, version] = [textAt(resource, 'group'), textAt(resource, 'version')];
  return { group, version, resource: textAt(resource, 'resource') };
}

function textAt(from: JsonObject, key: string): string {
  return stringAt(from, key) ?? '';
}

/** The one who asks, as an AdmissionReview or Kyverno's `UserInfo` says it. */
export function readUser(info: JsonObject | undefined, roles: JsonObject = {}): PolicyUser | undefined {
  if (info === undefined) return undefined;
  const extra = Object.entries(objectAt(info, 'extra') ?? {}).map(
    ([key, values]) => [key, isList(values) ? values.filter((each) => typeof each === 'string') : []] as const,
  );
  return {
    username: stringAt(info, 'username'),
    uid: stringAt(info, 'uid'),
    groups: stringsAt(info, 'groups'),
    extra: Object.fromEntries(extra),
    roles: stringsAt(roles, 'roles'),
    clusterRoles: stringsAt(roles, 'clusterRoles'),
  };
}

/** Tells whether a document is an AdmissionReview and not an object to create. */
export function isReview(document: JsonObject): boolean {
  return document.kind === 'AdmissionReview' && isObject(document.request);
}

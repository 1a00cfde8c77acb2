import { listAt, objectAt, stringAt } from '../model/json.ts';
import type { JsonObject } from '../model/json.ts';
import type { AdmissionRequest, PolicyDocument, PolicyResult } from './judgement.ts';
import { policyKindOf } from './policyKinds.ts';

/** What policies of some engines made of the objects of requests; only of those that one changed. */
export interface Mutations {
  /** The object as it is now, by the request's `id`. */
  readonly objects: ReadonlyMap<string, JsonObject>;
  /** Names of the policies that changed it, in order, by the request's `id`. */
  readonly policies: ReadonlyMap<string, readonly string[]>;
}

/** Before any engine has spoken. */
export const noMutations: Mutations = { objects: new Map(), policies: new Map() };

/** The requests with their objects as they are now. */
export function mutatedRequests(
  requests: readonly AdmissionRequest[],
  { objects }: Mutations,
): readonly AdmissionRequest[] {
  return requests.map((request) => {
    const object = objects.get(request.id);
    return object === undefined ? request : { ...request, object };
  });
}

/** Takes in what one more engine changed: of its results each holds what the policies before it made of the object too. */
export function withMutations(before: Mutations, results: readonly PolicyResult[]): Mutations {
  const objects = new Map(before.objects);
  const policies = new Map(before.policies);
  for (const { request, policy, patched } of results) {
    if (patched === undefined) continue;
    objects.set(request, patched);
    policies.set(request, [...new Set([...(policies.get(request) ?? []), policy])]);
  }
  return { objects, policies };
}

/** Results of validating policies with the names of those that changed the object first. */
export function markMutated(results: readonly PolicyResult[], { policies }: Mutations): readonly PolicyResult[] {
  return results.map((result) => {
    const mutatedBy = result.patched === undefined ? policies.get(result.request) : undefined;
    return mutatedBy === undefined ? result : { ...result, mutatedBy };
  });
}

/** Kinds that only change objects. */
const mutating = /^(?:Namespaced)?Mutating(?:Admission)?Policy$/;

/** A document without what changes objects, so that it judges what became of one; `undefined` for one that only changes. */
export function validatingPart(document: PolicyDocument): PolicyDocument | undefined {
  const { id, object } = document;
  if (policyKindOf(object)?.role === 'mutator' || mutating.test(stringAt(object, 'kind') ?? '')) return undefined;
  const rules = listAt(object, 'spec', 'rules');
  const kept = rules.filter((each) => objectAt(each, 'mutate') === undefined);
  if (kept.length === rules.length) return document;
  return kept.length === 0
    ? undefined
    : { id, object: { ...object, spec: { ...objectAt(object, 'spec'), rules: kept } } };
}

/** Tells whether a result is that of a policy's or rule's own change, which nobody makes twice. */
export function isOfMutation({ document, rule = '' }: PolicyResult, policies: readonly PolicyDocument[]): boolean {
  const own = policies.find(({ id }) => id === document);
  if (own === undefined) return false;
  if (validatingPart(own) === undefined) return true;
  const name = rule.replace(/^autogen-(?:cronjob-)?/, '');
  const found = listAt(own.object, 'spec', 'rules').find((each) => stringAt(each, 'name') === name);
  return objectAt(found, 'mutate') !== undefined;
}

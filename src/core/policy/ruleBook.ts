import { isList, isObject, listAt, objectAt, stringAt, stringsAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { AppId } from '../model/app.ts';
import type { DeclaredObject } from '../apps/fileFacts.ts';
import type { RepoPath } from '../model/place.ts';
import { groupOf, idOf, nameOf, namespaceOf, resourceKey } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { without } from '../diff/without.ts';
import { belongsTo, isJudging, policyKindOf } from './policyKinds.ts';

/** Where a document that rules is from. */
export type RuleSource =
  /** `app` where one renders it; `declared` where a file holds it as it is. */
  | { readonly kind: 'repository'; readonly app?: AppId | undefined; readonly declared?: DeclaredObject | undefined }
  | { readonly kind: 'cluster'; readonly context: string }
  /** A folder outside of the repository. */
  | { readonly kind: 'folder'; readonly file: RepoPath };

/** A document that rules. */
export interface Rule {
  /** Unique within a book; equal for equal rules of equal places, so that caches hold. */
  readonly id: string;
  readonly key: ResourceKey;
  readonly object: KubeObject;
  readonly source: RuleSource;
}

/** The rules that some objects meet. */
export interface RuleBook {
  /** As they will be once everything is applied: of two versions the repository's. */
  readonly rules: readonly Rule[];
  /** The cluster's versions of rules that the repository changes. */
  readonly replaced: readonly Rule[];
}

/** Makes a rule of an object. */
export function ruleOf(object: KubeObject, source: RuleSource): Rule {
  const key = resourceKey(idOf(object));
  return { id: `${wordOf(source)} ${key}`, key, object, source };
}

function wordOf(source: RuleSource): string {
  switch (source.kind) {
    case 'repository':
      return source.app ?? source.declared?.file ?? 'repository';
    case 'cluster':
      return `cluster ${source.context}`;
    case 'folder':
      return `folder ${source.file}`;
  }
}

/**
 * Puts rules of all sources together: the repository's (of several versions the first), those of extra folders that it
 * does not have, and those of the cluster that neither has. What the cluster has in another version is kept apart.
 */
export function makeRuleBook(
  repository: readonly Rule[],
  folders: readonly Rule[],
  cluster: readonly Rule[],
): RuleBook {
  const rules = new Map<ResourceKey, Rule>();
  for (const rule of [...repository, ...folders]) if (!rules.has(rule.key)) rules.set(rule.key, rule);
  const replaced = cluster.filter((live) => {
    const own = rules.get(live.key);
    return own !== undefined && !isSameRule(own.object, live.object);
  });
  for (const rule of cluster) if (!rules.has(rule.key)) rules.set(rule.key, rule);
  return { rules: [...rules.values()], replaced };
}

/** Annotations by which Kyverno and Gatekeeper judge; every other one is a remark. */
const ruling = /(^|\.)(kyverno\.io|gatekeeper\.sh)\//;

/** Tells whether a cluster's document says what the declared one says; what the API server filled in is no difference. */
export function isSameRule(declared: KubeObject, live: KubeObject): boolean {
  const bodies = [declared, live].map((each) => without(each, 'metadata', 'status', 'apiVersion'));
  const [own = {}, other = {}] = bodies;
  const [mine, theirs] = [declared, live].map(rulingAnnotations);
  return isCovered(own, other) && JSON.stringify(mine) === JSON.stringify(theirs);
}

function rulingAnnotations({ metadata }: KubeObject): readonly (readonly [string, Json])[] {
  const all = Object.entries(objectAt(metadata, 'annotations') ?? {});
  return all.filter(([name]) => ruling.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether everything that is declared is there. */
function isCovered(declared: Json, live: Json | undefined): boolean {
  if (isObject(declared)) {
    return isObject(live) && Object.entries(declared).every(([key, value]) => isCovered(value, live[key]));
  }
  if (!isList(declared)) return declared === live || (declared === null && live === undefined);
  if (!isList(live)) return declared.length === 0 && live === undefined;
  return declared.length === live.length && declared.every((each, index) => isCovered(each, live[index]));
}

/** A book of the cluster's versions of changed rules alone, with all that goes with them; nothing where none is changed. */
export function replacedBook({ rules, replaced }: RuleBook): readonly Rule[] {
  const judges = replaced.filter(({ object }) => isJudging(object));
  // A changed template or binding changes what its constraint or policy says, which itself may be the same.
  const changed = new Set(replaced.map(({ key }) => key));
  const touched = rules.filter(
    (each) =>
      isJudging(each.object) &&
      !changed.has(each.key) &&
      replaced.some((one) => belongsTo(one.object, each.object) === true),
  );
  if (judges.length === 0 && touched.length === 0) return [];
  const support = rules.filter((each) => !isJudging(each.object) && !changed.has(each.key));
  return [...replaced, ...touched, ...support];
}

/** A kind by which policies take parameters or look things up. */
export interface WantedKind {
  readonly group: string;
  readonly kind: string;
  readonly version?: string | undefined;
}

/** The kinds of objects that some rules read beside what they judge. */
export function wantedKinds(rules: readonly KubeObject[]): readonly WantedKind[] {
  const wanted = new Map<string, WantedKind>();
  for (const rule of rules) {
    const apiVersion = stringAt(rule, 'spec', 'paramKind', 'apiVersion');
    const kind = stringAt(rule, 'spec', 'paramKind', 'kind');
    if (apiVersion === undefined || kind === undefined) continue;
    wanted.set(`${apiVersion} ${kind}`, { group: groupOf(apiVersion), version: apiVersion.split('/').at(-1), kind });
  }
  return [...wanted.values()];
}

/** The API groups whose schemas tell whether expressions of some rules fit what they match. */
export function readGroups(rules: readonly KubeObject[]): ReadonlySet<string> {
  const matched = rules.flatMap((rule) =>
    listAt(rule, 'spec', 'matchConstraints', 'resourceRules').flatMap((each) => stringsAt(each, 'apiGroups')),
  );
  return new Set([...matched, ...wantedKinds(rules).map(({ group }) => group)]);
}

/** Tells whether some rule looks at all objects (`data.inventory` of Gatekeeper). */
export function readsInventory(rules: readonly KubeObject[]): boolean {
  return rules.some((each) => each.kind === 'ConstraintTemplate' && JSON.stringify(each).includes('data.inventory'));
}

/** Tells whether some rule reads ConfigMaps into its context (Kyverno). */
export function readsConfigMaps(rules: readonly KubeObject[]): boolean {
  return rules.some((each) => policyKindOf(each)?.engine === 'kyverno' && JSON.stringify(each).includes('"configMap"'));
}

/** `namespace/name`, or the name alone, as people say which document it is. */
export function wordsOfRule(object: KubeObject): string {
  const namespace = namespaceOf(object);
  return `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${nameOf(object)}`;
}

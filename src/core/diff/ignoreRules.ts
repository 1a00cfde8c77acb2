import { isList, isObject, objectAt, stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { groupOf, nameOf, namespaceOf } from '../model/resource.ts';
import type { KubeObject } from '../model/resource.ts';
import { pointerParts } from '../model/words.ts';
import { matchesGlob } from '../render/glob.ts';
import type { ArgoIgnoreRule, DiffInput, FluxIgnoreRule } from './diffInput.ts';
import { isArgo } from './diffInput.ts';
import { isAggregated } from './externalWriters.ts';
import { compileJqPaths } from './jqPaths.ts';
import type { Tokens } from './jqPaths.ts';

/** What an app's ignore rules leave out for one object. */
export interface Ignoring {
  readonly paths: readonly Tokens[];
  /** Fields that these managers own and that differ are left out (Argo CD `managedFieldsManagers`). */
  readonly managers: readonly string[];
  /** Expressions that this program cannot read; their fields are compared, which is said in a remark. */
  readonly unread: readonly string[];
}

/** The rules that apply to an object, their expressions evaluated on both sides. */
export function ignoringFor(input: DiffInput, desired: KubeObject, live: KubeObject): Ignoring {
  if (isArgo(input.manager.tool)) {
    const rules = (input.app?.ignoreDifferences ?? []).filter((rule) => appliesTo(rule, live));
    const ignoring = argoIgnoring(rules, desired, live);
    const isLeftOut = input.app?.ignoresAggregatedRoles === true && isAggregated(desired);
    return isLeftOut ? { ...ignoring, paths: [...ignoring.paths, ['rules']] } : ignoring;
  }
  const rules = (input.app?.ignore ?? []).filter((rule) => isTarget(rule.target, live));
  return { paths: rules.flatMap((rule) => rule.paths.map(tokensOf)), managers: [], unread: [] };
}

function argoIgnoring(rules: readonly ArgoIgnoreRule[], desired: KubeObject, live: KubeObject): Ignoring {
  const paths = rules.flatMap((rule) => (rule.jsonPointers ?? []).map(tokensOf));
  const unread: string[] = [];
  for (const expression of rules.flatMap((rule) => rule.jqPathExpressions ?? [])) {
    const evaluate = compileJqPaths(expression);
    if (evaluate === undefined) unread.push(expression);
    else paths.push(...evaluate(desired), ...evaluate(live));
  }
  return { paths, managers: rules.flatMap((rule) => rule.managedFieldsManagers ?? []), unread };
}

function tokensOf(pointer: string): Tokens {
  return pointerParts(pointer).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Group and kind are globs, name and namespace exact; an absent part matches all (argo-cd `util/argo/normalizers`). */
function appliesTo(rule: ArgoIgnoreRule, object: KubeObject): boolean {
  return (
    matchesPart(rule.group, groupOf(object.apiVersion)) &&
    matchesPart(rule.kind, object.kind) &&
    (!rule.name || rule.name === nameOf(object)) &&
    (!rule.namespace || rule.namespace === (namespaceOf(object) ?? ''))
  );
}

function matchesPart(glob: string | undefined, text: string): boolean {
  return glob === undefined || matchesGlob(text, glob);
}

/** Flux targets are regular expressions over the whole word; an absent part matches all (kustomize `types.Selector`). */
function isTarget(target: FluxIgnoreRule['target'], object: KubeObject): boolean {
  if (target === undefined) return true;
  const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
  return (
    matchesWord(target.group, groupOf(object.apiVersion)) &&
    matchesWord(target.version, version) &&
    matchesWord(target.kind, object.kind) &&
    matchesWord(target.name, nameOf(object)) &&
    matchesWord(target.namespace, namespaceOf(object) ?? '') &&
    matchesSelector(target.labelSelector, objectAt(object.metadata, 'labels')) &&
    matchesSelector(target.annotationSelector, objectAt(object.metadata, 'annotations'))
  );
}

function matchesWord(pattern: string | undefined, word: string): boolean {
  if (!pattern) return true;
  try {
    return new RegExp(`^(?:${pattern})$`).test(word);
  } catch {
    return false;
  }
}

/** Equality-based selectors (`a=b,c!=d,e,!f`); set-based ones match nothing rather than too much. */
function matchesSelector(selector: string | undefined, words: Json | undefined): boolean {
  if (!selector) return true;
  return selector.split(',').every((term) => {
    const [, not = '', key = '', operator = '', wanted = ''] =
      /^\s*(!?)\s*([^=!\s]+)\s*(?:(==?|!=)\s*(\S*))?\s*$/.exec(term) ?? [];
    const value = stringAt(words, key);
    if (operator === '') return key !== '' && (value !== undefined) === (not === '');
    return (value === wanted) === (operator !== '!=');
  });
}

/** Tells whether a place is ignored: at or below an ignored path. */
function isIgnoredAt(ignoring: Ignoring, place: Tokens): boolean {
  return ignoring.paths.some(
    (path) => path.length <= place.length && path.every((part, index) => String(part) === String(place[index])),
  );
}

/** Tells whether everything that a finding at `place` holds is ignored: the place itself, or each leaf of its value. */
export function isIgnoredAll(ignoring: Ignoring, place: Tokens, value: Json | undefined): boolean {
  if (isIgnoredAt(ignoring, place)) return true;
  const mayBeBelow = ignoring.paths.some((path) => path.length > place.length && isPrefix(place, path));
  if (!mayBeBelow) return false;
  if (isList(value))
    return value.length > 0 && value.every((each, key) => isIgnoredAll(ignoring, [...place, key], each));
  if (!isObject(value)) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([key, each]) => isIgnoredAll(ignoring, [...place, key], each));
}

function isPrefix(prefix: Tokens, path: Tokens): boolean {
  return prefix.every((part, index) => String(part) === String(path[index]));
}

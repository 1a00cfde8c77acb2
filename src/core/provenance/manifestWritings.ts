import { stringAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { Via } from '../model/provenance.ts';
import { groupOf } from '../model/resource.ts';
import { unfoldList } from '../yaml/unfoldList.ts';
import type { LocatedText, PathToken, ScalarSite } from '../yaml/locateScalars.ts';
import { locateEmbedded } from '../yaml/locateEmbedded.ts';
import { pointerParts } from '../model/words.ts';
import { isSamePath } from './writing.ts';
import type { Field } from './writing.ts';
import type { Collection, SiteLike } from './collection.ts';

/** Which objects a text speaks of. */
type Scope = (field: Field) => boolean;

/** The scalars of manifests that are resources, each deciding the field at its own path. */
export function addResources(into: Collection, located: LocatedText, via: Via): void {
  for (const { value: root, index } of located.reading.documents) {
    const sites = located.sites.filter((site) => site.document === index);
    for (const { value, path } of unfoldList(root))
      addObject(into, sitesUnder(sites, path), via, scopeOfObject(value), true);
  }
}

/** The scalars of a patch, read from a file or from a scalar: strategic merge by path, JSON 6902 by operation. */
export function addPatch(
  into: Collection,
  patch: {
    readonly documents: readonly { readonly value: Json; readonly index: number }[];
    readonly sites: readonly ScalarSite[];
  },
  target: Json | undefined,
  viaFor: (kind: 'patch-smp' | 'patch-json6902') => Via,
): void {
  for (const { value, index } of patch.documents) {
    const sites = patch.sites.filter((site) => site.document === index);
    const scope = target === undefined ? scopeOfPatch(value) : scopeOfTarget(target);
    if (Array.isArray(value)) addOperations(into, value, sites, viaFor('patch-json6902'), scope);
    else addObject(into, sites, viaFor('patch-smp'), scope, false);
  }
}

/** An inline patch: a text inside a scalar. */
export function addInlinePatch(
  into: Collection,
  located: LocatedText,
  site: ScalarSite | undefined,
  target: Json | undefined,
  viaFor: (kind: 'patch-smp' | 'patch-json6902') => Via,
): void {
  const embedded = site && locateEmbedded(site, located);
  if (embedded !== undefined) addPatch(into, embedded, target, viaFor);
}

function addObject(into: Collection, sites: readonly ScalarSite[], via: Via, scope: Scope, isResource: boolean): void {
  const values = new Map(sites.map((site) => [JSON.stringify(site.path), site.value]));
  for (const site of sites) {
    if (isIdentity(site.path)) continue;
    const mayWrite = (field: Field): boolean => scope(field) && isSamePath(site.path, field.tokens);
    into.add(site, {
      via,
      mayWrite,
      isDirect: true,
      key: String(site.path.at(-1)),
      declares: isResource && isName(site.path),
      items: itemsOf(site.path, values),
    });
  }
}

/** Keys by which items of Kubernetes' merged lists are told apart. */
export const itemKeys = ['name', 'key', 'containerPort', 'port', 'mountPath', 'ip', 'devicePath'] as const;

function itemsOf(
  path: readonly PathToken[],
  values: ReadonlyMap<string, ScalarSite['value']>,
): ReadonlyMap<number, readonly string[]> | undefined {
  const items = path.flatMap((token, depth): (readonly [number, readonly string[]])[] => {
    if (typeof token !== 'number') return [];
    const own = path.slice(0, depth + 1);
    const marks = itemKeys.flatMap((key) => {
      const value = values.get(JSON.stringify([...own, key]));
      return value === undefined ? [] : [`${key}=${String(value)}`];
    });
    return [[depth, marks.length > 0 ? marks : [`#${String(token)}`]]];
  });
  return items.length === 0 ? undefined : new Map(items);
}

function isName(path: readonly PathToken[]): boolean {
  return path.join('/') === 'metadata/name';
}

/** What selects an object rather than decides a field of it. */
function isIdentity(path: readonly PathToken[]): boolean {
  return path.length === 1 && (path[0] === 'apiVersion' || path[0] === 'kind');
}

function addOperations(
  into: Collection,
  operations: readonly Json[],
  sites: readonly ScalarSite[],
  via: Via,
  scope: Scope,
): void {
  operations.forEach((operation, index) => {
    const pointer = stringAt(operation, 'path');
    const op = stringAt(operation, 'op');
    if (pointer === undefined || (op !== 'add' && op !== 'replace')) return;
    for (const site of sitesUnder(sites, [index, 'value'])) {
      const path = [...pointerParts(pointer), ...site.path];
      const mayWrite = (field: Field): boolean => scope(field) && isSamePath(path, field.tokens);
      into.add(site, { via, mayWrite, isDirect: true, key: String(path.at(-1)) });
    }
  });
}

/** Sites below a path, their paths counted from there. */
export function sitesUnder<T extends SiteLike & { readonly path: readonly PathToken[] }>(
  sites: readonly T[],
  path: readonly PathToken[],
): readonly T[] {
  return sites.flatMap((site) =>
    path.every((token, index) => site.path[index] === token) ? [{ ...site, path: site.path.slice(path.length) }] : [],
  );
}

/** A resource keeps its kind; its name may get a prefix, a suffix or a hash. */
function scopeOfObject(value: Json): Scope {
  const name = stringAt(value, 'metadata', 'name') ?? '';
  const kind = kindScope(value);
  return (field) => kind(field) && field.id.name.includes(name.split('${')[0] ?? '');
}

/** A patch without a target is for the object that it names, by the name in its resource. */
function scopeOfPatch(value: Json): Scope {
  return Array.isArray(value) ? () => true : scopeOfObject(value);
}

/** A target's fields are regular expressions over names that may have changed since: only a plain kind excludes. */
function scopeOfTarget(target: Json): Scope {
  const kind = stringAt(target, 'kind') ?? '';
  return (field) => !/^\w+$/.test(kind) || field.id.kind === kind;
}

function kindScope(value: Json): Scope {
  const kind = stringAt(value, 'kind');
  const group = groupOf(stringAt(value, 'apiVersion') ?? '');
  return (field) => kind === undefined || (field.id.kind === kind && field.id.group === group);
}

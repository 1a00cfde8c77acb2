import { parseKey, resourceKey } from '../model/resource.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { ServedKind, WatchTarget } from '../ports.ts';
import { targetKey } from './liveStore.ts';
import type { TargetKey } from './liveStore.ts';

/** An object whose live side is wanted; `version` is the API version it is declared in, so that both sides compare alike. */
export interface NeededObject {
  readonly key: ResourceKey;
  readonly version?: string | undefined;
}

/** What there is to choose from. */
export interface SelectionInput {
  readonly needed: readonly NeededObject[];
  readonly kinds: readonly ServedKind[];
  /** Selections that the server refused (403); those over the whole cluster fall back to `namespaces`. */
  readonly denied: readonly WatchTarget[];
  /** Where reconciler objects are looked for when the whole cluster may not be read: namespaces of declared apps. */
  readonly namespaces: readonly string[];
  /** What helps to know more; a refusal leaves it out and is no trouble. */
  readonly wishes?: readonly WishedKind[] | undefined;
}

/** A kind, over the whole cluster unless said. */
export interface WishedKind {
  readonly group: string;
  readonly kind: string;
  readonly version?: string | undefined;
  /** Only those of one namespace. */
  readonly namespace?: string | undefined;
}

/** What to follow, and what cannot be. */
export interface Selection {
  readonly targets: readonly WatchTarget[];
  /** Needed objects of kinds that the server does not serve (a missing CRD). */
  readonly unserved: readonly ResourceKey[];
}

/** As many objects of a refused selection are asked for by name: rights by name are given for a few. */
const mostNames = 8;

/** Kinds by which reconcilers say what they do; followed wherever they are served. */
const reconcilerKinds = [
  { group: 'argoproj.io', kind: 'Application' },
  { group: 'argoproj.io', kind: 'AppProject' },
  { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization' },
  { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' },
  { group: 'source.toolkit.fluxcd.io', kind: 'GitRepository' },
] as const;

/**
 * Chooses the (kind, namespace) pairs to follow: exactly those in which needed objects live, and the reconcilers' own
 * kinds over the cluster. A denied selection is not chosen again; a denied cluster-wide one falls back to namespaces, and
 * then to single objects.
 */
export function selectTargets(input: SelectionInput): Selection {
  const denied = new Set(input.denied.map(targetKey));
  const targets = new Map<TargetKey, WatchTarget>();
  const unserved: ResourceKey[] = [];
  const add = (target: WatchTarget): void => {
    const key = targetKey(target);
    if (!denied.has(key) && !targets.has(key)) targets.set(key, target);
  };
  for (const target of reconcilerTargets(input, denied)) add(target);
  for (const { group, kind, version, namespace } of input.wishes ?? []) {
    const served = findServed(input.kinds, group, kind, version);
    if (served !== undefined) add(targetOf(served, namespace));
  }
  for (const { key, version } of input.needed) {
    const { group, kind, namespace } = parseKey(key);
    const served = findServed(input.kinds, group, kind, version);
    if (served === undefined) unserved.push(key);
    else if (!targets.has(targetKey({ group, kind })))
      add(targetOf(served, served.isNamespaced ? namespace : undefined));
  }
  for (const target of namedTargets(input, denied)) add(target);
  return { targets: [...targets.values()], unserved };
}

/** The first needed objects of refused selections one by one; settings of Argo CD come before what apps declare. */
function namedTargets({ needed, kinds }: SelectionInput, denied: ReadonlySet<TargetKey>): readonly WatchTarget[] {
  const found = new Map<TargetKey, Map<string, WatchTarget>>();
  for (const { key, version } of needed) {
    const { group, kind, namespace, name } = parseKey(key);
    const served = findServed(kinds, group, kind, version);
    if (served === undefined) continue;
    const target = targetOf(served, served.isNamespaced ? namespace : undefined);
    if (!denied.has(targetKey(target))) continue;
    const names = found.get(targetKey(target)) ?? new Map<string, WatchTarget>();
    found.set(targetKey(target), names.set(name, { ...target, name }));
  }
  return [...found.values()].flatMap((names) => [...names.values()].slice(0, mostNames));
}

/** The served form of a kind: in the wanted version, else in the one the server prefers; only kinds that can be watched. */
export function findServed(
  kinds: readonly ServedKind[],
  group: string,
  kind: string,
  version?: string,
): ServedKind | undefined {
  const all = kinds.filter((served) => served.group === group && served.kind === kind && canFollow(served));
  return all.find((served) => served.version === version) ?? all.find((served) => served.isPreferred) ?? all[0];
}

/**
 * The key under which the cluster holds a declared object: namespaced kinds get the app's namespace when they name none,
 * cluster-scoped kinds lose theirs. An unknown kind stays as declared.
 */
export function placeKey(key: ResourceKey, kinds: readonly ServedKind[], namespace: string): ResourceKey {
  const id = parseKey(key);
  const served = kinds.find((one) => one.group === id.group && one.kind === id.kind);
  if (served === undefined) return key;
  return resourceKey({ ...id, namespace: served.isNamespaced ? (id.namespace ?? namespace) : undefined });
}

/** Tells whether Argo CD's or Flux's kinds are served at all. */
export function hasReconciler(kinds: readonly ServedKind[]): boolean {
  return reconcilerKinds.some(({ group, kind }) => findServed(kinds, group, kind) !== undefined);
}

function reconcilerTargets(input: SelectionInput, denied: ReadonlySet<TargetKey>): readonly WatchTarget[] {
  return reconcilerKinds.flatMap(({ group, kind }) => {
    const served = findServed(input.kinds, group, kind);
    if (served === undefined) return [];
    const places = denied.has(targetKey({ group, kind })) ? input.namespaces : [undefined];
    return places.map((namespace) => targetOf(served, namespace));
  });
}

function targetOf(served: ServedKind, namespace: string | undefined): WatchTarget {
  const { group, version, kind, plural } = served;
  return { group, version, kind, plural, namespace };
}

function canFollow({ verbs }: ServedKind): boolean {
  return verbs.includes('list') && verbs.includes('watch');
}

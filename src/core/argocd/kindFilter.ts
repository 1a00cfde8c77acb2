import { isList, isObject, stringsAt } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { matchesGlob } from '../render/glob.ts';

/** Which kinds Argo CD looks at (`resource.exclusions`, `resource.inclusions`). */
export interface KindFilter {
  readonly excluded: readonly KindRule[];
  readonly included: readonly KindRule[];
}

/** An empty part matches all; groups and clusters are globs, kinds exact or `*`. */
interface KindRule {
  readonly groups: readonly string[];
  readonly kinds: readonly string[];
  readonly clusters: readonly string[];
}

/** Kinds that no installation looks at: they change all the time and belong to nobody's Git (argo-cd `resources_filter.go`). */
const neverManaged: readonly KindRule[] = [
  { groups: ['events.k8s.io', 'metrics.k8s.io'], kinds: [], clusters: [] },
  { groups: [''], kinds: ['Event'], clusters: [] },
  { groups: ['coordination.k8s.io'], kinds: ['Lease'], clusters: [] },
];

/** Reads the list of rules under either key; entries that are no maps are left out. */
export function readKindRules(value: Json | undefined): readonly KindRule[] {
  return (isList(value) ? value : []).filter(isObject).map((rule) => ({
    groups: stringsAt(rule, 'apiGroups'),
    kinds: stringsAt(rule, 'kinds'),
    clusters: stringsAt(rule, 'clusters'),
  }));
}

/** One sentence on what keeps Argo CD from a kind on a cluster, by its server's URL; `undefined` when it looks at it. */
export function whyExcluded(
  { excluded, included }: KindFilter,
  group: string,
  kind: string,
  server: string,
): string | undefined {
  const matches = (rule: KindRule): boolean =>
    matchesAny(rule.groups, group) &&
    (rule.kinds.length === 0 || rule.kinds.includes('*') || rule.kinds.includes(kind)) &&
    matchesAny(rule.clusters, server);
  if (neverManaged.some(matches)) return 'Argo CD never looks at objects of this kind.';
  if (excluded.some(matches)) return 'resource.exclusions of argocd-cm keeps Argo CD from objects of this kind.';
  if (included.some(matches)) return undefined;
  const isLimited = included.some(({ clusters }) => matchesAny(clusters, server));
  return isLimited ? 'resource.inclusions of argocd-cm keeps Argo CD from objects of this kind.' : undefined;
}

function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => matchesGlob(text, pattern));
}

import { readReconciler } from './reconcilerObject.ts';
import type { AppId } from '../model/app.ts';
import { asksForClusters } from '../apps/readApplicationSet.ts';
import { idOf, resourceKey } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { placeKey } from '../live/selectTargets.ts';
import type { NeededObject } from '../live/selectTargets.ts';
import type { LiveStore } from '../live/liveStore.ts';
import { policyWishes } from './policyScene.ts';
import type { ServedKind } from '../ports.ts';
import type { ClusterFollower, ClusterNeeds } from './clusterFollower.ts';
import { settingsKey } from './clusterSettings.ts';
import type { AppPicture, GitPicture } from './gitPicture.ts';
import { askedObjects } from './renderView.ts';

/**
 * What the live side must hold so that a picture can be compared: what any side renders, what reconcilers manage, and
 * their settings; and, to judge by policies, the cluster's own and what the `policies` that are known look at.
 */
export function needsOf(
  picture: GitPicture,
  { kinds, store }: Pick<ClusterFollower, 'kinds' | 'store'>,
  policies?: readonly KubeObject[],
): ClusterNeeds {
  const needed = new Map<ResourceKey, NeededObject>();
  for (const app of picture.apps) {
    const own = settingsKey(app.app, store);
    if (own !== undefined) needed.set(own, { key: own });
    for (const { key, version } of readReconciler(app.app, store)?.resources ?? []) needed.set(key, { key, version });
    for (const rendering of Object.values(app.sides)) {
      for (const asked of askedObjects(rendering, kinds)) needed.set(asked.key, asked);
      for (const { object } of rendering.objects) {
        const key = placedKey(app, object, kinds);
        needed.set(key, { key, version: object.apiVersion.split('/').at(-1) });
      }
    }
  }
  const namespaces = new Set(picture.apps.flatMap(({ app }) => app.namespace ?? []));
  const wishes = policies === undefined ? [] : policyWishes(kinds, policies);
  return { needed: [...needed.values()], namespaces: [...namespaces], hub: hubNamespace(picture), wishes };
}

/** The namespace of the first ApplicationSet that asks for the hub's clusters. */
function hubNamespace({ apps }: GitPicture): string | undefined {
  return apps.find(({ app }) => asksForClusters(app))?.app.namespace;
}

/** The key under which a cluster holds a rendered object of an app. */
export function placedKey({ app }: AppPicture, object: KubeObject, kinds: readonly ServedKind[]): ResourceKey {
  return placeKey(resourceKey(idOf(object)), kinds, app.destination.namespace ?? 'default');
}

/** The commits that a cluster's reconcilers say they last applied, by app. */
export function appliedRevisions(picture: GitPicture | undefined, store: LiveStore): ReadonlyMap<AppId, string> {
  const applied = (picture?.apps ?? []).flatMap(({ app }) => {
    const revision = readReconciler(app, store)?.sync.appliedRevision;
    return revision === undefined ? [] : [[app.id, revision] as const];
  });
  return new Map(applied);
}

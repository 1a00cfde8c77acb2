import { readReconciler } from './reconcilerObject.ts';
import type { App, AppId } from '../model/app.ts';
import { isDeployedBesideReconciler } from './destination.ts';
import type { Home } from './home.ts';
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
 * What the live side must hold so that a picture can be compared: what any side renders and what reconcilers manage, as far
 * as it is in this cluster or may be; the reconcilers' settings; and, to judge by policies, the cluster's own and what the
 * `policies` that are known look at. `homes` are those of the picture's apps.
 */
export function needsOf(
  picture: GitPicture,
  homes: readonly (Home | undefined)[],
  follower: ClusterFollower,
  policies?: readonly KubeObject[],
): ClusterNeeds {
  const { kinds, store } = follower;
  const needed = new Map<ResourceKey, NeededObject>();
  // Before what apps declare, for of what may be read by name only the first is asked for.
  for (const { app } of picture.apps) {
    const own = settingsKey(app, store);
    if (own !== undefined) needed.set(own, { key: own });
  }
  for (const [index, app] of picture.apps.entries()) {
    const home = homes[index];
    for (const rendering of Object.values(app.sides))
      for (const asked of askedObjects(rendering, kinds)) needed.set(asked.key, asked);
    // Until a reconciler is seen the objects may be anywhere.
    if (home !== undefined && home.place !== follower) continue;
    for (const each of managedBy(app, home?.follower.store ?? store)) needed.set(each.key, each);
    for (const rendering of Object.values(app.sides)) {
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

function managedBy({ app }: AppPicture, store: LiveStore): readonly NeededObject[] {
  return (readReconciler(app, store)?.resources ?? []).map(({ key, version }) => ({ key, version }));
}

/** The namespace of the first app for which the hub's clusters matter: a set that asks for them, or one deployed to a named one. */
function hubNamespace({ apps }: GitPicture): string | undefined {
  return apps.find(({ app }) => asksForClusters(app) || isDeployedByName(app))?.app.namespace;
}

function isDeployedByName(app: App): boolean {
  const { server, clusterName } = app.destination;
  return (
    app.kind === 'argo-application' &&
    server === undefined &&
    clusterName !== undefined &&
    !isDeployedBesideReconciler(app)
  );
}

/** The key under which a cluster holds a rendered object of an app. */
export function placedKey({ app }: AppPicture, object: KubeObject, kinds: readonly ServedKind[]): ResourceKey {
  return placeKey(resourceKey(idOf(object)), kinds, app.destination.namespace ?? 'default');
}

/** The commits that a cluster's reconcilers say they last applied, by app. */
export function appliedRevisions(picture: GitPicture | undefined, store: LiveStore): ReadonlyMap<AppId, string> {
  const applied = (picture?.apps ?? []).flatMap(({ app }) => {
    const revision = appliedCommit(app, readReconciler(app, store)?.sync.appliedRevision);
    return revision === undefined ? [] : [[app.id, revision] as const];
  });
  return new Map(applied);
}

/** The commit that was applied; of a source that is fetched the reconciler tells a version, which is no commit. */
export function appliedCommit({ source }: App, revision: string | undefined): string | undefined {
  return source.kind === 'here' && source.remote !== undefined ? undefined : revision;
}

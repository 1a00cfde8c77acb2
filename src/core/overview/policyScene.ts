import type { DeclaredObject } from '../apps/fileFacts.ts';
import { isSecret } from '../diff/secrets.ts';
import { without } from '../diff/without.ts';
import { objectsOfKind } from '../live/liveStore.ts';
import type { LiveStore } from '../live/liveStore.ts';
import type { WishedKind } from '../live/selectTargets.ts';
import type { App } from '../model/app.ts';
import { stringAt } from '../model/json.ts';
import { groupOf, idOf, resourceKey } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { definedKinds } from '../policy/documentQuestion.ts';
import type { KnownKind, PolicyQuestion } from '../policy/judgement.ts';
import { policyKind, policyKindOf } from '../policy/policyKinds.ts';
import { readGroups, readsConfigMaps, readsInventory, ruleOf, wantedKinds } from '../policy/ruleBook.ts';
import type { Rule } from '../policy/ruleBook.ts';
import type { ServedKind } from '../ports.ts';
import type { ClusterFollower } from './clusterFollower.ts';
import type { AppPicture, GitPicture } from './gitPicture.ts';

/** Apps whose objects go to one cluster and so meet the same rules. */
export interface PolicyScene {
  /** Tells scenes apart; stable while the apps go where they go. */
  readonly id: string;
  readonly apps: readonly AppPicture[];
  readonly context?: string | undefined;
  readonly follower?: ClusterFollower | undefined;
}

/** The scenes of a picture: one for each cluster and destination; `contextOf` says which cluster runs an app. */
export function policyScenes(
  apps: readonly AppPicture[],
  contextOf: (app: App) => string | undefined,
  followers: ReadonlyMap<string, ClusterFollower>,
): readonly PolicyScene[] {
  const scenes = new Map<string, PolicyScene>();
  for (const picture of apps) {
    const { server, clusterName } = picture.app.destination;
    const context = contextOf(picture.app);
    const id = JSON.stringify([context, server, clusterName]);
    const scene = scenes.get(id) ?? { id, apps: [], context, follower: followers.get(context ?? '') };
    scenes.set(id, { ...scene, apps: [...scene.apps, picture] });
  }
  return [...scenes.values()];
}

/** The objects of apps as the buffers render them. */
export function renderedObjects(apps: readonly AppPicture[]): readonly KubeObject[] {
  return apps.flatMap(({ sides }) => (sides.buffers?.objects ?? []).map(({ object }) => object));
}

/**
 * The repository's rules of a scene: what its apps render first, then what apps without a reconciler render, for nobody
 * knows where those go, then files that no app renders.
 */
export function repositoryRules(
  scene: PolicyScene,
  all: readonly AppPicture[],
  files: readonly DeclaredObject[],
): readonly Rule[] {
  const own = new Set(scene.apps);
  const bare = all.filter((each) => each.app.declared === undefined && !own.has(each));
  const declared = new Map(files.map((each) => [keyOf(each.object), each]));
  const rendered = [...scene.apps, ...bare].flatMap(({ app, sides }) =>
    (sides.buffers?.objects ?? []).flatMap(({ object }) =>
      policyKindOf(object) === undefined
        ? []
        : [ruleOf(object, { kind: 'repository', app: app.id, declared: declared.get(keyOf(object)) })],
    ),
  );
  const everywhere = new Set(renderedObjects(all).map(keyOf));
  const loose = files.filter(({ object }) => !everywhere.has(keyOf(object)));
  return [...rendered, ...loose.map((each) => ruleOf(each.object, { kind: 'repository', declared: each }))];
}

function keyOf(object: KubeObject): ResourceKey {
  return resourceKey(idOf(object));
}

/** The rules that a cluster holds. */
export function clusterRules(context: string, store: LiveStore): readonly Rule[] {
  return ruleObjects(store).map((object) => ruleOf(object, { kind: 'cluster', context }));
}

/** Every object of a store that rules. */
function ruleObjects(store: LiveStore): readonly KubeObject[] {
  return [...store.targets.values()].flatMap(({ objects }) =>
    [...objects.entries()].flatMap(([, object]) => (policyKindOf(object) === undefined ? [] : [object])),
  );
}

/** The rules that tell what else must be read of a cluster. */
export function rulesKnown(picture: GitPicture, store: LiveStore): readonly KubeObject[] {
  return [...ruleObjects(store), ...picture.rules.map(({ object }) => object)];
}

/** What a cluster is asked for so that its policies can be judged by: policies of all served kinds, Namespaces, parameters. */
export function policyWishes(kinds: readonly ServedKind[], rules: readonly KubeObject[]): readonly WishedKind[] {
  const ruling = kinds.filter(({ group, kind }) => policyKind(group, kind) !== undefined);
  const wished = new Map(ruling.map(({ group, kind }) => [`${group}/${kind}`, { group, kind }]));
  const hasKyverno = ruling.some(({ group }) => group === 'kyverno.io');
  const settings = hasKyverno ? [{ group: '', kind: 'ConfigMap', namespace: 'kyverno' }] : [];
  return [{ group: '', kind: 'Namespace' }, ...wished.values(), ...wantedKinds(rules), ...settings];
}

/** What a scene's rules look at beside the judged object, and how much of it is known. */
export function surroundingsOf(
  scene: PolicyScene,
  rules: readonly KubeObject[],
): Pick<PolicyQuestion, 'context' | 'complete' | 'kinds' | 'kubeVersion'> {
  const wanted = contextKinds(rules);
  const groups = readGroups(rules);
  const isWanted = (object: KubeObject): boolean =>
    !isSecret(object) &&
    (readsInventory(rules) || wanted.some((each) => isOfKind(object, each)) || definesKindOf(groups, object));
  const rendered = renderedObjects(scene.apps);
  const live = scene.follower === undefined ? [] : liveObjects(scene.follower.store, wanted);
  const known = new Map<ResourceKey, KubeObject>();
  // As it will be: what Git declares before what is live.
  for (const object of [...rendered.filter(isWanted), ...live]) {
    const key = keyOf(object);
    if (!known.has(key)) known.set(key, judgedParts(object));
  }
  return {
    context: [...known.values()],
    complete: scene.follower === undefined ? [] : wanted.filter((each) => isListed(scene.follower?.store, each)),
    kubeVersion: scene.follower?.capabilities?.kubeVersion,
    kinds: [...servedKinds(scene.follower?.kinds ?? []), ...definedKinds(rendered)],
  };
}

function contextKinds(rules: readonly KubeObject[]): readonly KnownKind[] {
  const configMaps = readsConfigMaps(rules) ? [{ group: '', kind: 'ConfigMap' }] : [];
  const wanted = wantedKinds(rules).map(({ group, kind }) => ({ group, kind }));
  return [{ group: '', kind: 'Namespace' }, ...wanted, ...configMaps];
}

function isOfKind({ apiVersion, kind }: KubeObject, wanted: KnownKind): boolean {
  return kind === wanted.kind && groupOf(apiVersion) === wanted.group;
}

function definesKindOf(groups: ReadonlySet<string>, object: KubeObject): boolean {
  return object.kind === 'CustomResourceDefinition' && groups.has(stringAt(object, 'spec', 'group') ?? '');
}

function liveObjects(store: LiveStore, wanted: readonly KnownKind[]): readonly KubeObject[] {
  return wanted.flatMap(({ group, kind }) => objectsOfKind(store, group, kind));
}

/** Whether a store holds every object of a kind, so that an absent one does not exist. */
function isListed(store: LiveStore | undefined, { group, kind }: KnownKind): boolean {
  const targets = [...(store?.targets.values() ?? [])];
  return targets.some(
    ({ target, isListed: isComplete }) =>
      isComplete && target.namespace === undefined && target.group === group && target.kind === kind,
  );
}

function servedKinds(kinds: readonly ServedKind[]): PolicyQuestion['kinds'] {
  return kinds.map(({ group, version, kind, plural, isNamespaced }) => ({
    group,
    version,
    kind,
    plural,
    isNamespaced,
  }));
}

/** An object without what changes all the time and what no policy judges: its judgement then stays the same too. */
export function judgedParts(object: KubeObject): KubeObject {
  const { apiVersion, kind } = object;
  const metadata = without(object.metadata, 'managedFields', 'resourceVersion', 'generation', 'selfLink');
  return { ...without(object, 'status'), apiVersion, kind, metadata };
}

import { findObject, presenceOf } from '../live/liveStore.ts';
import { findServed, placeKey } from '../live/selectTargets.ts';
import type { NeededObject } from '../live/selectTargets.ts';
import type { Rendering } from '../model/rendering.ts';
import { groupOf, resourceKey } from '../model/resource.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { ServedKind } from '../ports.ts';
import { readQuestion } from '../render/clusterView.ts';
import type { Capabilities, ClusterView, ObjectQuestion } from '../render/clusterView.ts';
import type { ClusterFollower } from './clusterFollower.ts';

/** What charts may ask a followed cluster for. */
export function renderView(follower: ClusterFollower, capabilities: Capabilities | undefined): ClusterView {
  return {
    capabilities: follower.capabilities ?? capabilities,
    find: (question) => {
      // All objects of a kind: what is followed may be a part of them only.
      if (question.name === '' || follower.kinds.length === 0) return undefined;
      const { apiVersion, kind } = question;
      if (findServed(follower.kinds, groupOf(apiVersion), kind, versionOf(apiVersion)) === undefined) return null;
      const key = placeKey(keyOfQuestion(question), follower.kinds, question.namespace || 'default');
      const found = findObject(follower.store, key);
      return found ?? (presenceOf(follower.store, key) === 'absent' ? null : undefined);
    },
  };
}

/** The objects that renderings asked a cluster for: it must be followed for them. */
export function askedObjects({ asked }: Rendering, kinds: readonly ServedKind[]): readonly NeededObject[] {
  return (asked ?? []).flatMap(({ question }) => {
    const read = readQuestion(question);
    if (read.name === '') return [];
    const key = placeKey(keyOfQuestion(read), kinds, read.namespace || 'default');
    return [{ key, version: versionOf(read.apiVersion) }];
  });
}

function keyOfQuestion({ apiVersion, kind, namespace, name }: ObjectQuestion): ResourceKey {
  return resourceKey({ group: groupOf(apiVersion), kind, namespace: namespace || undefined, name });
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

/** Capabilities as Helm learns them by discovery (helm `action/action.go`, GetVersionSet). */
export function capabilitiesOf(kubeVersion: string, kinds: readonly ServedKind[]): Capabilities {
  const versions = kinds.flatMap(({ group, version, kind }) => {
    const at = group === '' ? version : `${group}/${version}`;
    return [at, `${at}/${kind}`];
  });
  return { kubeVersion, apiVersions: [...new Set(versions)] };
}

import { argoAppHealth } from '../health/appHealth.ts';
import type { CountedObject } from '../health/appHealth.ts';
import type { ReconcilerStatus } from '../live/reconcilerStatus.ts';
import type { App } from '../model/app.ts';
import { annotationOf, describeKey, parseKey } from '../model/resource.ts';
import type { ResourceKey } from '../model/resource.ts';
import type { ComparedObject, LiveComparison } from './liveComparer.ts';
import { reconcilerKey } from './reconcilerObject.ts';
import type { HealthPicture } from './resourceHealth.ts';
import type { Disagreement } from './state.ts';

/**
 * Where Argo CD calls an app something else than the worst of its objects as judged here; `undefined` where both agree,
 * or where not every object was seen and judged.
 */
export function appDisagreement(
  app: App,
  status: ReconcilerStatus,
  compared: LiveComparison | undefined,
  healths: HealthPicture,
): Disagreement | undefined {
  const theirs = status.health.status;
  if (app.kind !== 'argo-application' || theirs === 'Unknown') return undefined;
  if (compared === undefined || !healths.isComplete || ![...compared.objects.values()].every(isSeen)) return undefined;
  const objects = [...compared.objects].filter(([, object]) => isPart(object));
  const ours = argoAppHealth(objects.map(([key, object]) => count(app, key, object, healths)));
  if (ours === theirs) return undefined;
  return {
    about: 'health',
    ours,
    theirs,
    why: whyOurs(
      ours,
      objects.map(([key]) => key),
      healths,
      status,
    ),
  };
}

function isSeen({ diff }: ComparedObject): boolean {
  return diff !== undefined && diff.verdict !== 'unknown';
}

/** Hooks and excluded kinds are no part of an app's state; what is being deleted still is. */
function isPart({ diff }: ComparedObject): boolean {
  return diff?.verdict !== 'skipped' || diff.remarks.some(({ kind }) => kind === 'terminating');
}

function count(app: App, key: ResourceKey, { live }: ComparedObject, { objects }: HealthPicture): CountedObject {
  const isLeftOut =
    key === reconcilerKey(app) ||
    (live !== undefined && annotationOf(live, 'argocd.argoproj.io/ignore-healthcheck') === 'true');
  const status = isLeftOut ? undefined : objects.get(key)?.status;
  return { isLive: live !== undefined, status: isOpenChild(key, status) ? undefined : status };
}

/** A child Application that nobody has judged yet does not worsen its parent. */
function isOpenChild(key: ResourceKey, status: string | undefined): boolean {
  const { group, kind } = parseKey(key);
  return group === 'argoproj.io' && kind === 'Application' && (status === 'Missing' || status === 'Unknown');
}

function whyOurs(
  ours: string,
  keys: readonly ResourceKey[],
  { objects }: HealthPicture,
  { comparedAt }: ReconcilerStatus,
): string {
  const deciding = keys.filter((key) => objects.get(key)?.status === ours).map(describeKey);
  const when = comparedAt === undefined ? '' : ` Argo CD last compared the app at ${comparedAt}.`;
  if (deciding.length === 0) return `Nothing of it is worse here.${when}`;
  const [first = '', ...more] = deciding;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return `${ours} is what ${first}${others} is here.${when}`;
}

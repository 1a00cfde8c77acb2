import type { ClusterFacts } from '../diff/diffInput.ts';
import { inApp } from '../diff/dryRun.ts';
import type { DryRunAnswer } from '../diff/dryRun.ts';
import type { App } from '../model/app.ts';
import type { Rendering } from '../model/rendering.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import type { ServedKind } from '../ports.ts';
import type { ClusterFollower } from './clusterFollower.ts';

/** Under what a server's answer about an object of an app is kept. */
export function questionId({ id }: App, key: ResourceKey): string {
  return `${id} ${key}`;
}

/** What the server said about just these two sides of an object; `undefined` when it was not asked. */
export function answerOf(
  { dryRuns }: ClusterFollower,
  app: App,
  {
    key,
    desired,
    live,
  }: { readonly key: ResourceKey; readonly desired?: KubeObject | undefined; readonly live?: KubeObject | undefined },
): DryRunAnswer | undefined {
  return desired && dryRuns.answer(questionId(app, key), desired, live);
}

/** The served kind of an object, where it can be patched; a dump serves nothing that can. */
export function patchableKind({ apiVersion, kind }: KubeObject, kinds: readonly ServedKind[]): ServedKind | undefined {
  return kinds.find(
    (served) => served.kind === kind && apiVersionOf(served) === apiVersion && served.verbs.includes('patch'),
  );
}

function apiVersionOf({ group, version }: ServedKind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The server's answer as facts of the comparison. */
export function dryRunFacts(
  answer: DryRunAnswer | undefined,
  desired: KubeObject | undefined,
  { objects }: Rendering,
): Pick<ClusterFacts, 'dryRun' | 'dryRunError' | 'dryRunWarnings'> {
  if (answer === undefined || desired === undefined) return {};
  const dryRunWarnings = answer.warnings;
  if (answer.kind === 'accepted') return { dryRun: answer.object, dryRunWarnings };
  const all = objects.map(({ object }) => object);
  return { dryRunError: inApp(answer.refusal, desired, all), dryRunWarnings };
}

import type { ArgoSettings } from '../argocd/argoSettings.ts';
import { managedEntries } from '../diff/managedFields.ts';
import { lastAppliedAnnotation } from '../diff/secrets.ts';
import type { ManagedResource, ReconcilerStatus } from '../live/reconcilerStatus.ts';
import type { ObjectDiff, Verdict } from '../model/difference.ts';
import { annotationOf } from '../model/resource.ts';
import type { KubeObject, ResourceKey } from '../model/resource.ts';
import { shortRevision } from '../model/words.ts';
import type { AppHealth, Disagreement } from './state.ts';

/** One object as it was judged here, beside the reconciler's record of it. */
export interface JudgedTwice {
  readonly key: ResourceKey;
  readonly diff?: ObjectDiff | undefined;
  readonly live?: KubeObject | undefined;
  readonly health?: AppHealth | undefined;
  readonly theirs: ManagedResource;
  /** Git holds a change of the object that is not applied yet; Argo CD compares with it, drift does not. */
  readonly isPending: boolean;
}

/** What both judgements depend on. */
export interface JudgedBy {
  readonly status: ReconcilerStatus;
  readonly settings: ArgoSettings;
}

/** Where Argo CD's own word on an object is another than ours, with the rule that explains it or that none is known. */
export function disagreementsOf(object: JudgedTwice, by: JudgedBy): readonly Disagreement[] {
  return [...syncDisagreement(object, by), ...healthDisagreement(object, by)];
}

/** Verdicts that claim something of an object that the reconciler counts. */
const claims: Readonly<Partial<Record<Verdict, 'Synced' | 'OutOfSync'>>> = {
  'in-sync': 'Synced',
  external: 'Synced',
  modified: 'OutOfSync',
  removed: 'OutOfSync',
  missing: 'OutOfSync',
  extra: 'OutOfSync',
};

function syncDisagreement(object: JudgedTwice, by: JudgedBy): readonly Disagreement[] {
  const ours = object.diff && claims[object.diff.verdict];
  const theirs = object.theirs.sync;
  if (ours === undefined || ours === theirs || (theirs !== 'Synced' && theirs !== 'OutOfSync')) return [];
  if (theirs === 'OutOfSync' && object.isPending) return [];
  return [{ about: 'sync', ours, theirs, why: whySync(object, by) }];
}

function whySync(object: JudgedTwice, by: JudgedBy): string {
  const isFalseAlarm = object.theirs.sync === 'OutOfSync';
  const reasons = isFalseAlarm
    ? [whyExternal(object), whyOtherRevision(by), whyStatus(by)]
    : [whyBlindToRemoval(object)];
  return (
    [...reasons, whyLater(object, by)].find((why) => why !== undefined) ?? 'No rule that is known here explains it.'
  );
}

function whyExternal({ diff }: JudgedTwice): string | undefined {
  if (diff?.verdict !== 'external') return undefined;
  return 'Another controller writes the fields that differ, as it should; Argo CD counts them unless ignoreDifferences names them (or, for aggregated roles, resource.compareoptions of argocd-cm).';
}

/** Drift is measured against what was applied; Argo CD compares with the newest revision. */
function whyOtherRevision({ status }: JudgedBy): string | undefined {
  const applied = status.sync.appliedRevision;
  const compared = status.comparedRevision;
  if (compared === undefined || applied === undefined || compared === applied) return undefined;
  return `Argo CD compares with ${shortRevision(compared)}, drift is what changed since ${shortRevision(applied)} was applied.`;
}

function whyStatus({ settings }: JudgedBy): string | undefined {
  if (settings.ignoredStatus === 'all') return undefined;
  return 'resource.compareoptions of argocd-cm makes Argo CD compare the status too, which no sync writes.';
}

/** Three-way comparison without a record of the last apply knows nothing of what was taken out of Git (gitops-engine `diff.ThreeWayDiff`). */
function whyBlindToRemoval({ diff, live }: JudgedTwice): string | undefined {
  const isRemoval = diff?.verdict === 'removed' && live !== undefined;
  if (!isRemoval || annotationOf(live, lastAppliedAnnotation) !== undefined) return undefined;
  return 'Git no longer declares the field, but its manager still owns it; Argo CD sees removals only through last-applied-configuration.';
}

function whyLater({ live }: JudgedTwice, { status }: JudgedBy): string | undefined {
  const times = live === undefined ? [] : managedEntries(live).flatMap(({ time }) => time ?? []);
  const newest = times.sort().at(-1);
  if (newest === undefined || status.comparedAt === undefined || newest <= status.comparedAt) return undefined;
  return `The object changed at ${newest}, after Argo CD last compared the app (${status.comparedAt}).`;
}

function healthDisagreement(object: JudgedTwice, by: JudgedBy): readonly Disagreement[] {
  const { health } = object;
  const theirs = object.theirs.health?.status;
  if (health === undefined || theirs === undefined || theirs === health.status) return [];
  const rule =
    health.rule && `Here ${health.rule} decides, as of Argo CD ${scriptsOf}; another version may decide otherwise.`;
  const why = whyLater(object, by) ?? rule ?? 'No rule that is known here explains it.';
  return [{ about: 'health', ours: health.status, theirs, why }];
}

/** The version whose checks and scripts judge here; a cluster's Argo CD may be of another one. */
const scriptsOf = '3.5';

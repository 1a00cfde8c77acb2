import type { AppId } from './app.ts';
import type { JsonObject } from './json.ts';
import type { JsonPointer } from './difference.ts';
import type { Place, RepoPath } from './place.ts';
import type { ResourceKey } from './resource.ts';

/** Stable dotted codes; people set a severity per code. */
export const findingCodes = [
  'drift.field-changed',
  'drift.field-removed',
  'drift.object-missing',
  'drift.object-extra',
  'pending.uncommitted',
  'pending.unpushed',
  'pending.unsynced',
  'health.degraded',
  'health.progressing',
  'health.unknown',
  'verdict.disagrees',
  'render.failed',
  'render.warning',
  'source.unparsable',
  'source.elsewhere',
  'source.undecided',
  'source.refused',
  'project.denied',
  'provenance.unknown',
  'policy.denied',
  'policy.warned',
  'policy.audited',
  'policy.undecided',
  'policy.broken',
  'policy.differs',
] as const;
export type FindingCode = (typeof findingCodes)[number];

/** What each code says, in one sentence; docs/findings.md says more. */
export const findingWords: Readonly<Record<FindingCode, string>> = {
  'drift.field-changed': 'The cluster holds another value for a field than Git declares.',
  'drift.field-removed': 'The cluster still holds a field that Git no longer declares.',
  'drift.object-missing': 'Git declares an object that the cluster does not have.',
  'drift.object-extra': 'The cluster still has an object that Git no longer declares.',
  'pending.uncommitted': 'The change is in the working tree, but in no commit.',
  'pending.unpushed': 'The change is committed, but not in the upstream branch.',
  'pending.unsynced': 'The change is in Git, but the reconciler has not applied it yet.',
  'health.degraded': 'The app or object is not healthy in the cluster.',
  'health.progressing': 'The app or object is on its way to be healthy, or to go away.',
  'health.unknown': 'The health of the app or object could not be told.',
  'verdict.disagrees': 'The reconciler says something else of an app or object than Plumbline does.',
  'render.failed': 'The app does not render.',
  'render.warning': 'The app renders, with a remark that should be read.',
  'source.unparsable': 'The file is not valid YAML.',
  'source.elsewhere': 'The app needs something from elsewhere that is not here.',
  'source.undecided': 'What the app renders to cannot be known from the repository alone.',
  'source.refused': 'A field of the reconciler’s object has a type that the API server refuses.',
  'project.denied': 'The AppProject of the Application does not permit it.',
  'provenance.unknown': 'No line of the repository is proven to decide the field.',
  'policy.denied': 'A policy denies the object.',
  'policy.warned': 'A policy warns about the object.',
  'policy.audited': 'A policy records a violation of the object, and lets it pass.',
  'policy.undecided': 'What a policy says of the object cannot be known here.',
  'policy.broken': 'A policy does not work.',
  'policy.differs': 'The cluster holds another version of the policy than the repository.',
};

/** From the worst to the mildest. */
export const severities = ['error', 'warning', 'information', 'hint'] as const;
export type Severity = (typeof severities)[number];

/** The one shape behind diagnostics, tree badges, panel rows, CLI output and SARIF. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly app: AppId;
  readonly object?: ResourceKey | undefined;
  readonly path?: JsonPointer | undefined;
  /** Where it stands in the repository; absent when there is no file to show it on. */
  readonly place?: Place | undefined;
  readonly message: string;
  readonly related: readonly RelatedPlace[];
  /** The document that the finding speaks for, such as a policy; its code links there. */
  readonly document?: FindingDocument | undefined;
  /** Facts for code actions and machine-readable output. */
  readonly data: JsonObject;
}

/** Where a document can be read: in a file, in a file outside of the repository, or as its cluster or an app has it. */
export type FindingDocument =
  | { readonly kind: 'file'; readonly place: Place }
  | { readonly kind: 'outside'; readonly file: RepoPath }
  | { readonly kind: 'live'; readonly context: string; readonly object: ResourceKey }
  | { readonly kind: 'rendered'; readonly app: AppId; readonly object: ResourceKey };

/** Another place that helps to understand a finding. */
export interface RelatedPlace {
  readonly message: string;
  readonly place: Place;
}

import type { AppId } from './app.ts';
import type { JsonObject } from './json.ts';
import type { JsonPointer } from './difference.ts';
import type { Place } from './place.ts';
import type { ResourceKey } from './resource.ts';

/** Stable dotted codes; people set a severity per code. */
export const findingCodes = [
  'drift.field-changed',
  'drift.field-removed',
  'drift.object-missing',
  'drift.object-extra',
  'pending.unsynced',
  'render.failed',
  'render.warning',
  'source.unparsable',
  'source.elsewhere',
  'source.undecided',
  'project.denied',
  'provenance.unknown',
] as const;
export type FindingCode = (typeof findingCodes)[number];

export type Severity = 'error' | 'warning' | 'information' | 'hint';

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
  /** Facts for code actions and machine-readable output. */
  readonly data: JsonObject;
}

/** Another place that helps to understand a finding. */
export interface RelatedPlace {
  readonly message: string;
  readonly place: Place;
}

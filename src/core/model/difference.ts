import type { Json } from './json.ts';
import type { ResourceKey } from './resource.ts';

/** RFC 6901 pointer; for additions and modifications into the desired object, for removals into the live one. */
export type JsonPointer = string;

/** Which step of the way from editor to cluster a difference belongs to. */
export type Origin = 'uncommitted' | 'unpushed' | 'unsynced' | 'drift';

/** The judgement over one object. */
export type Verdict =
  'in-sync' | 'modified' | 'removed' | 'missing' | 'extra' | 'skipped' | 'external' | 'invalid' | 'suspect' | 'unknown';

/** One field that differs. */
export interface FieldDifference {
  readonly path: JsonPointer;
  readonly change: 'modify' | 'add' | 'remove';
  readonly desired?: Json | undefined;
  readonly live?: Json | undefined;
  /** `live` when the path is in the live object's terms (removals). */
  readonly at?: 'live' | undefined;
  /** Field manager that owns the live value, as `managedFields` names it; absent when nobody owns it. */
  readonly by?: string | undefined;
  readonly writer?: FieldWriter | undefined;
}

/** The managedFields entry behind a live value. */
export interface FieldWriter {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subresource?: string | undefined;
  /** RFC 3339. */
  readonly time?: string | undefined;
}

/** Advice beside a verdict; the words are those of the diff cases. */
export interface Remark {
  readonly kind: string;
  readonly message: string;
  readonly path?: JsonPointer | undefined;
  /** The server's own words, where the message is about them. */
  readonly said?: string | undefined;
}

/** The comparison of one object. */
export interface ObjectDiff {
  readonly verdict: Verdict;
  /** Only for `suspect`: the verdict after a server-side dry-run. */
  readonly confirmed?: Verdict | undefined;
  readonly fields: readonly FieldDifference[];
  readonly remarks: readonly Remark[];
  /** One sentence for people, where the verdict alone does not say enough. */
  readonly reason?: string | undefined;
}

/** One difference of an app: an object (no field) or a field of it, with the step it belongs to. */
export interface Difference {
  readonly origin: Origin;
  readonly object: ResourceKey;
  readonly verdict: Verdict;
  readonly field?: FieldDifference | undefined;
}

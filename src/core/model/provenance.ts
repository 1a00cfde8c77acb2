import type { Place } from './place.ts';

/** How a value came into the rendered field; the words of the provenance cases. */
export type Via =
  | 'resource'
  | 'patch-smp'
  | 'patch-json6902'
  | 'images'
  | 'replicas'
  | 'namespace'
  | 'name'
  | 'labels'
  | 'annotations'
  | 'generator'
  | 'replacement'
  | 'vars'
  | 'component'
  | 'subst'
  | (string & {});

/** What another place has to do with the field; roles of the provenance cases. */
export type PlaceRole =
  | 'overridden-base'
  | 'lookalike'
  | 'part'
  | 'input'
  | 'decides-existence'
  | 'template'
  | 'app'
  | 'alias'
  | 'selector'
  | 'reference'
  | 'candidate';

/** Which scalar decides a rendered field: proven by exchanging its text and rendering again, or unknown and why. */
export type Provenance =
  | {
      readonly kind: 'proven';
      readonly place: Place;
      readonly via: Via;
      /** `base64` when the rendered value is the encoded scalar. */
      readonly encoding?: 'base64' | undefined;
      readonly also: readonly RoledPlace[];
      /** How the scalar is written, for `editFor`; absent where only the place is known. */
      readonly writing?: ScalarWriting | undefined;
    }
  | { readonly kind: 'unknown'; readonly why: string; readonly also: readonly RoledPlace[] };

export interface RoledPlace {
  readonly place: Place;
  readonly role: PlaceRole;
}

/** How a scalar is written and how its value stands in the rendered field: `before + value + after`. */
export interface ScalarWriting {
  readonly before: string;
  readonly after: string;
  readonly value: string | number | boolean | null;
  /** `raw` is text that is no YAML scalar of its own: a literal after its `=`, a line of an env file, a whole file. */
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded' | 'raw';
  /** A number or boolean that a template made part of a text: it stays without quotes. */
  readonly isConverted?: boolean | undefined;
  /** It writes `$${` for what renders as `${` (Flux substitution). */
  readonly isEscaped?: boolean | undefined;
  /** Inside `[…]` or `{…}`. */
  readonly isFlow: boolean;
  /** SOPS sealed the file: a changed text breaks its message authentication code. */
  readonly isSealed?: boolean | undefined;
  /** For a scalar of an inline patch or a piece of a scalar: how the scalar around it is written. */
  readonly outerStyle?: 'plain' | 'single' | 'double' | 'literal' | 'folded' | 'raw' | undefined;
}

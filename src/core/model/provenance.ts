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
    }
  | { readonly kind: 'unknown'; readonly why: string; readonly also: readonly RoledPlace[] };

export interface RoledPlace {
  readonly place: Place;
  readonly role: PlaceRole;
}

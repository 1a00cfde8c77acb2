import type { JsonPointer } from '../model/difference.ts';
import type { Place, RepoPath } from '../model/place.ts';
import type { Via } from '../model/provenance.ts';
import { parseKey } from '../model/resource.ts';
import type { ResourceId, ResourceKey } from '../model/resource.ts';
import { pointerParts } from '../model/words.ts';
import type { PathToken, ScalarStyle } from '../yaml/locateScalars.ts';

/** A field of a rendered object. */
export interface Field {
  readonly key: ResourceKey;
  readonly id: ResourceId;
  readonly path: JsonPointer;
  readonly tokens: readonly string[];
}

/** A scalar, or a piece of one, that may decide fields of rendered objects. Structure proposes it, an exchange proves it. */
export interface Writing {
  readonly place: Place;
  /** The value that the scalar or piece stands for. */
  readonly value: string | number | boolean | null;
  readonly style: ScalarStyle;
  readonly isFlow: boolean;
  /** For a scalar of an inline patch: how the scalar around it is written. */
  readonly outerStyle?: ScalarStyle | undefined;
  readonly via: Via;
  /** Order of application: of two writings of one field the larger wins. */
  readonly order: number;
  /** For a piece of a scalar: the order of that. */
  readonly wholeOrder?: number | undefined;
  /** Whether the scalar's position says that it may write this field. */
  readonly mayWrite: (field: Field) => boolean;
  /** The scalar is the name under which a manifest or a generator declares an object. */
  readonly declares?: boolean | undefined;
  /** The scalar is a key: an entry's name keeps its place among the others only if its beginning stays. */
  readonly isKey?: boolean | undefined;
  /** Where in a chart's values the scalar counts, seen from the top chart. */
  readonly valuesPath?: readonly PathToken[] | undefined;
  /** A literal of a template: it shows in objects of that file only. */
  readonly template?: RepoPath | undefined;
  /** The last key of the path that it writes, where it writes at a path of its own. */
  readonly key?: string | undefined;
  /**
   * For a path through lists: by what the items on it are told from others, by their depth in the path: `key=value`, or
   * `#position` where they have no such key.
   */
  readonly items?: ReadonlyMap<number, readonly string[]> | undefined;
  /** The alias by which the scalar, which stands elsewhere, counts here. */
  readonly alias?: Place | undefined;
  /** The scalars that choose what is written: the name in an entry of images, the target of a patch, the path of a component. */
  readonly selectors?: readonly Place[] | undefined;
  /** Writings of one slot replace each other, the latest wins: `images/web/newTag`. */
  readonly slot?: string | undefined;
  /** The field is written at this very path, so that a losing writing is an overridden value. */
  readonly isDirect: boolean;
}

/** A field from its object and pointer. */
export function fieldOf(key: ResourceKey, path: JsonPointer): Field {
  return { key, id: parseKey(key), path, tokens: pointerParts(path) };
}

/** Whether a path in a source may become a path in the rendered object: keys are equal, list positions may differ. */
export function isSamePath(source: readonly PathToken[], rendered: readonly string[]): boolean {
  return source.length === rendered.length && source.every((token, index) => isSameToken(token, rendered[index] ?? ''));
}

function isSameToken(source: PathToken, rendered: string): boolean {
  const isPosition = typeof source === 'number' || source === '-' || /^\d+$/.test(source);
  return isPosition ? /^\d+$/.test(rendered) : source === rendered;
}

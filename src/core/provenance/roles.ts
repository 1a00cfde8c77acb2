import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import type { RoledPlace, Via } from '../model/provenance.ts';
import type { Collection } from './collection.ts';
import type { Field, Writing } from './writing.ts';

/** A value found in another object or at another path came by a replacement or a variable of the kustomization. */
export function viaOf(writing: Writing, field: Field, value: Json, { writings, copies }: Collection): Via {
  if (writing.mayWrite(field)) return writing.via;
  const isVariable =
    copies.has('vars') &&
    (!copies.has('replacement') || writings.some((each) => each.mayWrite(field) && hasVariable(each.value)));
  if (isVariable) return 'vars';
  return copies.has('replacement') && value !== null ? 'replacement' : writing.via;
}

function hasVariable(value: Json): boolean {
  return typeof value === 'string' && /\$\([\w.-]+\)/.test(value);
}

/** Other values of the very same field that lose; positions in lists cannot be compared without rendering. */
export function overriddenBy(winner: Writing, field: Field, writings: readonly Writing[]): readonly RoledPlace[] {
  if (field.tokens.some((token) => /^\d+$/.test(token))) return [];
  return writings
    .filter(
      (each) =>
        each.isDirect && each.order < winner.order && each.mayWrite(field) && each.place.start !== winner.place.start,
    )
    .map(({ place }) => ({ place, role: 'overridden-base' }) as const);
}

/** Tempting places, for a person to look at. */
export function firstCandidates(writings: readonly Writing[], field: Field, value: Json): readonly RoledPlace[] {
  const isPart = isList(value) || isObject(value);
  return writings
    .filter((each) => (isPart ? leadsInto(each, field, value) : each.mayWrite(field)))
    .slice(-3)
    .reverse()
    .map(({ place }) => ({ place, role: 'candidate' }) as const);
}

/** Whether a writing decides something inside a map or list. */
function leadsInto(writing: Writing, field: Field, value: Json): boolean {
  return leaves(value).some((tokens) => writing.mayWrite({ ...field, tokens: [...field.tokens, ...tokens] }));
}

function leaves(value: Json, path: readonly string[] = []): readonly (readonly string[])[] {
  if (!isList(value) && !isObject(value)) return [path];
  return Object.entries(value).flatMap(([key, each]: [string, Json]) => leaves(each, [...path, key]));
}

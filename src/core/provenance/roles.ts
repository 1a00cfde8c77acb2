import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { isSamePlace } from '../model/place.ts';
import type { Place } from '../model/place.ts';
import type { RoledPlace, Via } from '../model/provenance.ts';
import type { Collection, Expression } from './collection.ts';
import { valueAtTokens } from './exchange.ts';
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

/** Other values of the very same field that lose; items of lists are the same when their first mark is. */
export function overriddenBy(
  winner: Writing,
  field: Field,
  object: Json,
  { writings, expressions }: Collection,
): readonly Writing[] {
  // What takes the winning value in is no value that loses to it.
  const takes = new Set(expressions.map(({ place }) => `${place.file}:${String(place.start)}`));
  const isOfField = (each: Writing): boolean =>
    each.slot === undefined
      ? (each.isDirect || each.wholeOrder !== undefined) && each.mayWrite(field) && isInSameItems(each, field, object)
      : each.slot === winner.slot;
  return writings.filter(
    (each) =>
      (each.wholeOrder ?? each.order) < winner.order &&
      !isSamePlace(each.place, winner.place) &&
      !takes.has(`${each.place.file}:${String(each.place.start)}`) &&
      isOfField(each),
  );
}

/** The aliases by which a scalar counts at a field. */
export function aliasesTo(winner: Writing, field: Field, { writings }: Collection): readonly RoledPlace[] {
  return writings.flatMap(({ alias, place, mayWrite }) =>
    alias !== undefined && isSamePlace(place, winner.place) && mayWrite(field) ? [{ place: alias, role: 'alias' }] : [],
  );
}

/** The scalars that choose what a writing is written to. */
export function selectorsOf({ selectors = [] }: Writing): readonly RoledPlace[] {
  return selectors.map((place) => ({ place, role: 'selector' }));
}

function isInSameItems({ items }: Writing, { tokens }: Field, object: Json): boolean {
  return tokens.every((token, depth) => {
    if (!/^\d+$/.test(token)) return true;
    const item = valueAtTokens(object, tokens.slice(0, depth + 1));
    const [mark] = items?.get(depth) ?? [];
    if (mark?.startsWith('#') === true) return mark === `#${token}`;
    const [key = '', ...value] = (mark ?? '').split('=');
    const own = isObject(item) ? item[key] : undefined;
    const isNamed = typeof own === 'string' || typeof own === 'number';
    return mark !== undefined && isNamed && String(own) === value.join('=');
  });
}

/** The places that take a parameter in, as far as they may be this field's. */
export function takenIn(winner: Writing, field: Field, { expressions }: Collection): readonly RoledPlace[] {
  const isIts = ({ name, mayWrite }: Expression): boolean => name === winner.key && mayWrite(field);
  return expressions
    .filter(isIts)
    .slice(0, mostExpressions)
    .map(({ place }) => ({ place, role: 'template' }) as const);
}

/** For a parameter that a value of a chart takes in: that value, which others of the same path lose to. */
export function valueTaking(winner: Writing, { writings, expressions }: Collection): Writing {
  if (winner.valuesPath !== undefined) return winner;
  const places = expressions.filter(({ name }) => name === winner.key).map(({ place }) => place);
  const isTaking = ({ place, valuesPath }: Writing): boolean =>
    valuesPath !== undefined && places.some((each) => contains(place, each));
  return writings.findLast(isTaking) ?? winner;
}

function contains(outer: Place, inner: Place): boolean {
  return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

const mostExpressions = 3;

/** The scalar by which the app names the file that a value stands in. */
export function namedBy({ place: { file } }: Writing, { fileNames }: Collection): readonly RoledPlace[] {
  return fileNames
    .filter(({ name }) => file === name || file.endsWith(`/${name}`))
    .map(({ place }) => ({ place, role: 'app' }) as const);
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

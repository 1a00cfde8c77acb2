import { isList, isObject, listAt, objectAt, stringAt } from '../../src/core/model/json.ts';
import type { Json, JsonObject } from '../../src/core/model/json.ts';
import { generateBody, generateValue } from './generator.ts';
import type { Lessons, Recipe } from './generator.ts';
import type { Answer } from './surfaceApi.ts';
import { schemaBelow } from './surfaceKinds.ts';
import type { Schema, SurfaceKind } from './surfaceKinds.ts';

/** The steps from an object's root to a place in it. */
export type Tokens = readonly (string | number)[];

/** A body that the server takes and what it would keep of it, or the last refusal. */
export interface Solution {
  readonly body?: JsonObject | undefined;
  readonly kept?: Json | undefined;
  readonly rounds: number;
  readonly refusal?: string | undefined;
}

const mostRounds = 100;
const restartEvery = 20;

/**
 * Generates a body and mends what the server refuses, by what it says: required fields are added, unsupported values
 * exchanged for supported ones, other wrong values tried anew or dropped. `ask` is a dry-run.
 */
export async function solve(
  recipe: Recipe,
  kind: SurfaceKind,
  ask: (body: JsonObject) => Promise<Answer>,
): Promise<Solution> {
  let body = generateBody(recipe, kind.schema);
  const troubles = new Map<string, number>();
  for (let rounds = 1; ; rounds += 1) {
    body = withoutTwins(body, kind.schema);
    const answer = await ask(body);
    if (answer.status < 300) await probeZeros(recipe.lessons, kind.schema, body, answer.body, ask);
    if (answer.status < 300)
      return { body: withoutForgotten(recipe.lessons, kind.schema, body, answer.body), kept: answer.body, rounds };
    const refusal = stringAt(answer.body, 'message') ?? JSON.stringify(answer.body);
    if (rounds === mostRounds || listAt(answer.body, 'details', 'causes').length === 0) return { rounds, refusal };
    // Stuck between two rules: another draw.
    if (rounds % restartEvery === 0) troubles.clear();
    body = rounds % restartEvery === 0 ? generateBody(recipe, kind.schema) : mend(recipe, kind, body, answer, troubles);
  }
}

function mend(
  recipe: Recipe,
  kind: SurfaceKind,
  body: JsonObject,
  answer: Answer,
  troubles: Map<string, number>,
): JsonObject {
  const byPlace = new Map<string, Trouble>();
  for (const cause of listAt(answer.body, 'details', 'causes')) {
    const place = fittingPart(kind.schema, tokensOf(stringAt(cause, 'field') ?? ''));
    const name = JSON.stringify(place);
    const message = stringAt(cause, 'message') ?? '';
    if (!byPlace.has(name)) byPlace.set(name, { place, reason: stringAt(cause, 'reason') ?? '', message });
  }
  // The last first, so that dropping an item does not move the others.
  return [...byPlace.values()].reverse().reduce<JsonObject>((at, trouble) => {
    const name = JSON.stringify(trouble.place);
    const times = (troubles.get(name) ?? 0) + 1;
    troubles.set(name, times);
    return mendCause(recipe, kind.schema, at, trouble, times);
  }, body);
}

interface Trouble {
  readonly place: Tokens;
  readonly reason: string;
  readonly message: string;
}

const mostTries = 8;

function mendCause(
  recipe: Recipe,
  schema: Schema,
  body: JsonObject,
  { place, reason, message }: Trouble,
  times: number,
): JsonObject {
  const below = schemaAt(schema, place);
  const key = keyAt(schema, place);
  if (place.length === 0 || place[0] === 'metadata' || below === undefined || key === undefined) return body;
  const value = valueAtTokens(body, place);
  const isPlain = isScalar(value) || value === undefined;
  const supported = below.node.type === 'string' ? valuesIn(message) : [];
  if (supported.length > 0 && times < mostTries) return withValue(body, place, recipe.random.pick(supported));
  if (isScalar(value) && /Invalid|TooLong/.test(reason)) recipe.lessons.refuse(key, value);
  const isWanted = reason.includes('Required') || (isPlain && /Invalid|NotSupported|TooLong/.test(reason));
  const next = isWanted && times < mostTries ? generateValue(recipe, below, key, place.length + 1) : undefined;
  if (next !== undefined && JSON.stringify(next) !== JSON.stringify(value)) return withValue(body, place, next);
  if (value !== undefined) return without(body, place);
  // A required field for which nothing serves takes its owner along.
  return times < mostTries ? body : without(body, place.slice(0, -1));
}

/** The values that a refusal offers. */
function valuesIn(message: string): readonly string[] {
  const list = /(?:supported|valid) values: (.*)$/.exec(message)?.[1] ?? '';
  return [...list.matchAll(/"([^"]*)"/g)].flatMap((match) => match[1] ?? []);
}

/** The part of a place that the schema knows: some refusals name list items by their keys. */
function fittingPart(schema: Schema, place: Tokens): Tokens {
  let at = schema;
  for (const [index, token] of place.entries()) {
    const below = schemaBelow(at, token);
    if ((at.node.type === 'array') !== (typeof token === 'number') || below === undefined) return place.slice(0, index);
    at = below;
  }
  return place;
}

/** Lists keep one item of each key: twins are for the cases to test, and server-side apply refuses them. */
function withoutTwins(body: JsonObject, schema: Schema): JsonObject {
  return objectAt({ value: distinct(body, schema) }, 'value') ?? body;
}

function distinct(value: Json, schema: Schema | undefined): Json {
  if (schema === undefined) return value;
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, distinct(each, schemaBelow(schema, key))]),
    );
  }
  if (!isList(value)) return value;
  const items = value.map((item) => distinct(item, schemaBelow(schema, 0)));
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = identityOf(item, schema);
    if (key === undefined || !seen.has(key)) return key === undefined || seen.add(key) === seen;
    return false;
  });
}

/** What tells items of a keyed list or set apart; `undefined` in atomic lists. */
function identityOf(item: Json, { node }: Schema): string | undefined {
  const mergeKey = stringAt(node, 'x-kubernetes-patch-merge-key');
  const keys = listAt(node, 'x-kubernetes-list-map-keys').filter((key) => typeof key === 'string');
  if (node['x-kubernetes-list-type'] === 'set') return JSON.stringify(item);
  if (keys.length === 0 && mergeKey === undefined) return undefined;
  const names = [...keys, ...(mergeKey === undefined ? [] : [mergeKey])];
  // Equal in one key is enough: the strategic merge and the server-side apply have different keys.
  return names.map((name) => (name === 'protocol' ? '' : JSON.stringify(isObject(item) ? item[name] : item))).join(' ');
}

/**
 * Without the fields that the server forgets at once: feature gates that are off, fields without meaning beside others.
 * Zeros and empty values stay unless the field is known to be forgotten, since to leave them out is the server's way of
 * keeping them.
 */
export function withoutForgotten(
  lessons: Lessons,
  schema: Schema | undefined,
  body: JsonObject,
  kept: Json,
): JsonObject {
  return Object.fromEntries(
    Object.entries(body).flatMap(([key, value]) => {
      const found = isObject(kept) ? kept[key] : undefined;
      const name = `${schema?.name ?? ''}.${key}`;
      if (found === undefined && key !== 'stringData') {
        if (weighs(value)) lessons.forget(name);
        if (weighs(value) || lessons.forgotten.has(name)) return [];
      }
      return [[key, forgettingBelow(lessons, schema && schemaBelow(schema, key), value, found)] as const];
    }),
  );
}

function forgettingBelow(lessons: Lessons, schema: Schema | undefined, value: Json, kept: Json | undefined): Json {
  if (isObject(value) && isObject(kept)) return withoutForgotten(lessons, schema, value, kept);
  if (!isList(value) || !isList(kept)) return value;
  const items = schema && schemaBelow(schema, 0);
  const keyOf = (item: Json): Json | undefined => (schema && identityOf(item, schema)) ?? nameIn(item);
  const keptByKey = new Map(kept.map((item) => [keyOf(item), item]));
  const isKeyed = hasDistinctKeys(value.map(keyOf)) && hasDistinctKeys(kept.map(keyOf));
  // The place of an item tells nothing where items have keys: admission adds items of its own, and an item may be
  // forgotten as a whole, a volume of a source that is switched off.
  if (isKeyed) {
    return value.flatMap((item) => {
      const found = keptByKey.get(keyOf(item));
      return found === undefined ? [] : [forgettingBelow(lessons, items, item, found)];
    });
  }
  if (value.length !== kept.length) return value;
  return value.map((item, index) => forgettingBelow(lessons, items, item, kept[index]));
}

function hasDistinctKeys(keys: readonly (Json | undefined)[]): boolean {
  return !keys.includes(undefined) && new Set(keys).size === keys.length;
}

function nameIn(item: Json): Json | undefined {
  return isObject(item) ? item.name : undefined;
}

/** Zeros that the server left out: it means the same by it, or it forgets the field; another value tells. */
async function probeZeros(
  lessons: Lessons,
  schema: Schema,
  body: JsonObject,
  kept: Json,
  ask: (body: JsonObject) => Promise<Answer>,
): Promise<void> {
  for (const place of zeroPlaces(body, [])) {
    const key = keyAt(schema, place);
    if (key === undefined || valueAtTokens(kept, place) !== undefined || lessons.isProbed(key)) continue;
    const value = valueAtTokens(body, place) === false ? true : 1;
    const answer = await ask(withValue(body, place, value));
    if (answer.status < 300 && valueAtTokens(answer.body, place) === undefined) lessons.forget(key);
  }
}

function zeroPlaces(value: Json, at: Tokens): readonly Tokens[] {
  if (isList(value)) return value.flatMap((each, index) => zeroPlaces(each, [...at, index]));
  if (isObject(value)) return Object.entries(value).flatMap(([key, each]) => zeroPlaces(each, [...at, key]));
  return value === false || value === 0 ? [at] : [];
}

function weighs(value: Json): boolean {
  if (isList(value)) return value.length > 0;
  if (isObject(value)) return Object.values(value).some(weighs);
  return value !== null && value !== false && value !== 0 && value !== '';
}

function isScalar(value: Json | undefined): value is string | number | boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}

/** `spec.ports[0].name` and `spec.limits[cpu]` as reference tokens. */
function tokensOf(field: string): Tokens {
  return [...field.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, bracket, plain]) => {
    if (bracket === undefined) return plain ?? '';
    return /^\d+$/.test(bracket) ? Number(bracket) : bracket;
  });
}

/** The schema behind reference tokens. */
export function schemaAt(schema: Schema, place: Tokens): Schema | undefined {
  return place.reduce<Schema | undefined>((at, token) => at && schemaBelow(at, token), schema);
}

/** `Type.field` of a place, as the generator names it. */
function keyAt(schema: Schema, place: Tokens): string | undefined {
  let at: Schema | undefined = schema;
  let key = '';
  for (const token of place) {
    if (at === undefined) return undefined;
    if (typeof token === 'number') key = `${key}[]`;
    else key = at.node.additionalProperties === undefined ? `${at.name}.${token}` : `${key}{}`;
    at = schemaBelow(at, token);
  }
  return key;
}

/** The value under reference tokens. */
export function valueAtTokens(value: Json | undefined, place: Tokens): Json | undefined {
  return place.reduce<Json | undefined>((at, token) => {
    if (isList(at)) return at[Number(token)];
    return isObject(at) && Object.hasOwn(at, String(token)) ? at[String(token)] : undefined;
  }, value);
}

/** The object with a value at a place; missing owners are made. */
export function withValue(body: JsonObject, place: Tokens, value: Json): JsonObject {
  return asObject(setIn(body, place, value));
}

function setIn(at: Json | undefined, place: Tokens, value: Json): Json {
  const [token, ...rest] = place;
  if (token === undefined) return value;
  if (typeof token === 'number') {
    const list = isList(at) ? [...at] : [];
    list[token] = setIn(list[token], rest, value);
    return list;
  }
  return { ...(isObject(at) ? at : {}), [token]: setIn(isObject(at) ? at[token] : undefined, rest, value) };
}

/** The object without what stands at a place. */
export function without(body: JsonObject, place: Tokens): JsonObject {
  if (place.length === 0) return body;
  const owner = place.slice(0, -1);
  const last = place.at(-1);
  const value = valueAtTokens(body, owner);
  if (isList(value))
    return withValue(
      body,
      owner,
      value.filter((_, index) => index !== last),
    );
  if (!isObject(value)) return body;
  const kept = Object.fromEntries(Object.entries(value).filter(([name]) => name !== last));
  return owner.length === 0 ? kept : withValue(body, owner, kept);
}

function asObject(value: Json): JsonObject {
  return objectAt({ value }, 'value') ?? {};
}

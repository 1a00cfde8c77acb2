/** A JSON value as Kubernetes APIs exchange it; deeply readonly because data is replaced, never changed. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; `undefined` never occurs as a value, an absent key reads as `undefined`. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Tells whether a value is a JSON object (not null, not a list). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells whether a value is a JSON list; narrows readonly arrays too, which `Array.isArray` does not. */
export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** A value of unknown origin as JSON; `undefined` for what JSON cannot hold. */
export function asJson(value: unknown): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  // Edge: objects that reach this point were parsed from JSON text.
  return typeof value === 'object' ? (value as Json) : undefined;
}

/** The object under `key`, or `undefined` when there is none; reads outside data without trusting its shape. */
export function objectAt(value: Json | undefined, ...keys: readonly string[]): JsonObject | undefined {
  const found = valueAt(value, ...keys);
  return isObject(found) ? found : undefined;
}

/** The list under a path of keys, or an empty list. */
export function listAt(value: Json | undefined, ...keys: readonly string[]): readonly Json[] {
  const found = valueAt(value, ...keys);
  return isList(found) ? found : [];
}

/** The string under a path of keys, or `undefined`. */
export function stringAt(value: Json | undefined, ...keys: readonly string[]): string | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === 'string' ? found : undefined;
}

/** The strings of the list under a path of keys; what is no string is passed over, and no list is an empty one. */
export function stringsAt(value: Json | undefined, ...keys: readonly string[]): readonly string[] {
  return listAt(value, ...keys).filter((each) => typeof each === 'string');
}

/** The number under a path of keys, or `undefined`. */
export function numberAt(value: Json | undefined, ...keys: readonly string[]): number | undefined {
  const found = valueAt(value, ...keys);
  return typeof found === 'number' ? found : undefined;
}

/** The value under a path of object keys, or `undefined`. */
export function valueAt(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  let at = value;
  for (const key of keys) at = isObject(at) ? at[key] : undefined;
  return at;
}

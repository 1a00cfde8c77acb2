import type { Json, JsonObject } from '../model/json.ts';

/** A map without some keys. */
export function without(map: JsonObject | undefined, ...keys: readonly string[]): JsonObject {
  const kept: Record<string, Json> = {};
  for (const [key, value] of Object.entries(map ?? {})) if (!keys.includes(key)) kept[key] = value;
  return kept;
}

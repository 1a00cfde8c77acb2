import { isObject, listAt, numberAt, stringAt } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';

/** One entry of `status.conditions`; absent parts read as empty, as Go's typed clients do. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The conditions of an object, in the order in which they stand. */
export function conditionsOf(object: JsonObject): readonly Condition[] {
  return listAt(object, 'status', 'conditions').filter(isObject).map(readCondition);
}

/** Reads one condition. */
export function readCondition(value: JsonObject): Condition {
  const part = (name: string): string => stringAt(value, name) ?? '';
  return { type: part('type'), status: part('status'), reason: part('reason'), message: part('message') };
}

/** The first condition of a type. */
export function conditionOf(object: JsonObject, type: string): Condition | undefined {
  return conditionsOf(object).find((each) => each.type === type);
}

/** A number of `spec` or `status`, or what stands for an absent one. */
export function countAt(object: JsonObject, part: 'spec' | 'status', name: string, absent = 0): number {
  return numberAt(object, part, name) ?? absent;
}

/** A text under a path, or `''`. */
export function textAt(value: Json | undefined, ...keys: readonly string[]): string {
  return stringAt(value, ...keys) ?? '';
}

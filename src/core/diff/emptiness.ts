import { isList, isObject } from '../model/json.ts';
import type { Json } from '../model/json.ts';
import { isZero } from './scalars.ts';
import { childType } from './schema/typeSchemas.ts';
import type { TypeNode } from './schema/typeSchemas.ts';

/** Absent, null, `{}` or `[]`: what declares nothing. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (isList(value)) return value.length === 0;
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
}

/**
 * What a declared value is when the API holds nothing in its place: `nothing` (empty all through, or zeros that the API
 * drops), `unsure` (zeros that a custom resource may keep or drop), or `something`.
 */
export function weightOf(value: Json, type: TypeNode): 'nothing' | 'unsure' | 'something' {
  if (isEmpty(value)) return 'nothing';
  if (isList(value)) return 'something';
  if (isObject(value))
    return heaviest(Object.entries(value).map(([key, each]) => weightOf(each, childType(type, key))));
  if (!isZero(value)) return 'something';
  if (type.kind === 'any') return 'unsure';
  if (type.kind !== 'scalar') return 'something';
  return ({ same: 'nothing', unsure: 'unsure', different: 'something' } as const)[type.zero];
}

function heaviest(weights: readonly ('nothing' | 'unsure' | 'something')[]): 'nothing' | 'unsure' | 'something' {
  if (weights.includes('something')) return 'something';
  return weights.includes('unsure') ? 'unsure' : 'nothing';
}
